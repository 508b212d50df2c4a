import { escapeMarkdown, markdownTable } from '../render/markdown.js';
import { inline } from '../text/format.js';
import { changeQuantity, inputsText, intervalText, quantityOf, statisticText, verdictText } from './cells.js';
import { percentText } from './compare-note.js';
import type { ComparisonView } from './comparison-view.js';

/** The tables of the metrics as GitHub Markdown, and their notes as a list. */
export function renderCompareMarkdown({ result, blocks, verdicts, heading, notes }: ComparisonView): string {
  const interval = `${percentText(result.confidence)} interval`;
  const tables = blocks.flatMap(({ field, rows, isComparable }) => {
    if (!isComparable) return [];
    const table = [
      [`\`${field}\``, 'base', 'new', 'difference', 'change', interval, '', 'inputs'],
      [':--', '--:', '--:', '--:', '--:', ':--', ':--', '--:'],
      ...rows.map((row) => [
        escapeMarkdown(row.stage),
        inline(quantityOf(field, row.base)),
        inline(quantityOf(field, row.new)),
        inline(quantityOf(field, row.difference?.value ?? null, true)),
        inline(changeQuantity(row)),
        intervalText(row),
        verdictText(row, verdicts.get(row)),
        inputsText(row),
      ]),
    ];
    return [`**${field}**, ${statisticText(rows[0]!, result.observation)}`, '', ...markdownTable(table), ''];
  });
  return `${[
    ...heading.map((line) => `${escapeMarkdown(line)}  `),
    '',
    ...tables,
    ...notes.map(({ key, text }) => `- **${key}** ${escapeMarkdown(text)}`),
  ].join('\n')}\n`;
}

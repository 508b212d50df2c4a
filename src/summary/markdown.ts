import { escapeMarkdown, markdownTable, renderMarkdown } from '../render/markdown.js';
import { growthLine } from './growth-line.js';
import { failuresLine, hasWorst, headingOf, type SummaryView } from './summary-view.js';
import { worstCells } from './worst-table.js';

/** The tables of a terminal as GitHub Markdown. */
export function renderSummaryMarkdown(view: SummaryView): string {
  const { result, rows } = view;
  const table = `${headingOf(view)}\n\n${renderMarkdown(view)}`;
  if (!hasWorst(result)) return table;
  const growth = growthLine(result.inputGrowth, result.report, escapeMarkdown);
  const worst = [
    ['', 'worst by', '', 'input', 'record'],
    [':--', ':--', '--:', ':--', ':--'],
    ...worstCells(rows, result.worstOf).map((cells) => cells.map(escapeMarkdown)),
  ];
  return `${table}\n${markdownTable(worst).join('\n')}\n${growth}${failuresLine(result, escapeMarkdown)}`;
}

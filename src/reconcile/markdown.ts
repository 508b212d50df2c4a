import { escapeMarkdown, markdownTable } from '../render/markdown.js';
import { inline } from '../text/format.js';
import { closingLines, type Reconciliation } from './reconciliation.js';
import { HEADINGS, quantitiesOf, reasonText } from './table.js';

/** The table of a terminal as GitHub Markdown. */
export function renderReconcileMarkdown(result: Reconciliation): string {
  const lines = [
    ['task', 'state', '', ...HEADINGS, 'because'],
    [':--', ':--', ':--', ...HEADINGS.map(() => '--:'), ':--'],
    ...result.tasks.flatMap(({ task, state, quantities }) =>
      quantities.map((quantity, index) => [
        escapeMarkdown(index === 0 ? task : ''),
        escapeMarkdown(index === 0 ? state : ''),
        quantity.what,
        ...quantitiesOf(quantity).map(inline),
        escapeMarkdown(reasonText(quantity)),
      ]),
    ),
  ];
  return `${markdownTable(lines).join('\n')}\n\n${closingLines(result).join('  \n')}\n`;
}

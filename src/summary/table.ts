import { renderTableOf } from '../render/table.js';
import { wrapText } from '../text/grid.js';
import type { Layout } from '../text/layout.js';
import { growthLine } from './growth-line.js';
import { failuresLine, hasWorst, headingOf, type SummaryView } from './summary-view.js';
import { worstTable } from './worst-table.js';

/** The table of the report, and below it the worst inputs of each row. */
export function renderSummaryTable(view: SummaryView, layout: Layout): string {
  const { result, rows, by } = view;
  if (result.records === result.unprofiled && by === undefined) return `${headingOf(view)}\n${failuresLine(result)}`;
  const worst = hasWorst(result) ? worstTable(rows, result.worstOf, layout) : '';
  return `${headingOf(view)}\n\n${renderTableOf(view, layout)}${worst}${wrapped(growthLine(result.inputGrowth, result.report), layout)}${failuresLine(result)}`;
}

function wrapped(text: string, { width = Number.POSITIVE_INFINITY }: Layout): string {
  return text
    .split('\n')
    .flatMap((line) => wrapText(line, width))
    .join('\n');
}

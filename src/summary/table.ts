import { renderTableOf } from '../render/table.js';
import { wrapText } from '../text/grid.js';
import type { Layout } from '../text/layout.js';
import { growthLine } from './growth-line.js';
import { failuresLine, hasWorst, headingOf, type SummaryView } from './summary-view.js';
import { worstTable } from './worst-table.js';

/** The table of the report, below it the worst inputs of each row, and then the lines on growth and on failures. */
export function renderSummaryTable(view: SummaryView, layout: Layout): string {
  const { result, rows, by } = view;
  const failures = failuresLine(result);
  if (result.records === result.unprofiled && by === undefined) {
    return `${headingOf(view)}\n${wrapped(failures, layout)}`;
  }
  const worst = hasWorst(result) ? worstTable(rows, result.worstOf, layout) : '';
  const lines = `${growthLine(result.inputGrowth, result.report)}${failures}`;
  return `${headingOf(view)}\n\n${renderTableOf(view, layout)}${worst}${wrapped(lines, layout)}`;
}

function wrapped(lines: string, { width = Number.POSITIVE_INFINITY }: Layout): string {
  return lines
    .split('\n')
    .flatMap((line) => wrapText(line, width))
    .join('\n');
}

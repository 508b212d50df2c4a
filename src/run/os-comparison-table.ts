import { reasonLines } from '../render/reason-lines.js';
import { amountOf } from '../render/reconciled-amounts.js';
import { GAP, labelColumn, numberColumn } from '../text/grid.js';
import type { Layout } from '../text/layout.js';
import { painter } from '../text/paint.js';
import { type FinishedRun, hasReports } from './finished-run.js';
import { compareWithOs } from './os-comparison.js';

/** The two accounts side by side, one quantity a line, each with the reason for the difference. */
export function renderOsComparison(run: FinishedRun, options: Layout = {}): string {
  const { width = Number.POSITIVE_INFINITY, colour = false } = options;
  const paint = painter(colour);
  const lines = compareWithOs(run);
  const labels = labelColumn(['', ...lines.map(({ what }) => what)], Number.POSITIVE_INFINITY);
  const columns = [
    numberColumn(
      'OS',
      lines.map(({ what, os }) => amountOf(what, os)),
    ),
    numberColumn(
      'profiler',
      lines.map(({ what, profiler }) => amountOf(what, profiler)),
    ),
    numberColumn(
      'difference',
      lines.map(({ what, difference }) => amountOf(what, difference, true)),
    ),
  ];
  if (!hasReports(run.merged)) columns.length = 1;
  const heading = [labels.cells[0]!, ...columns.map(({ cells }) => cells[0]!)].join(GAP);
  const body = lines.flatMap(({ reason }, index) => {
    const numbers = [labels, ...columns].map(({ cells }) => cells[index + 1]!).join(GAP);
    return reasonLines(numbers, reason, width, (line) => paint('dim', line));
  });
  return `${[paint('dim', heading.trimEnd()), ...body].join('\n')}\n`;
}

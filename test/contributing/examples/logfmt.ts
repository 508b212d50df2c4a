import type { SummaryView } from '../summary/summary-view.js';

/** One line a row, as collectors of logs read it. */
export function renderLogfmt({ rows }: SummaryView): string {
  return rows
    .map(({ stage, calls, wall_s }) => `stage=${JSON.stringify(stage)} calls=${calls} wall_s=${wall_s}\n`)
    .join('');
}

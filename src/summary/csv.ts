import { type CsvColumn, renderCsv } from '../render/csv.js';
import type { SummaryView } from './summary-view.js';

const WORST_COLUMNS = [
  ['worst_wall_input', 'wall_s', 'input'],
  ['worst_wall_s', 'wall_s', 'value'],
  ['worst_wall_file', 'wall_s', 'file'],
  ['worst_wall_line', 'wall_s', 'line'],
  ['worst_peak_input', 'rss_kb_peak_max', 'input'],
  ['worst_peak_kb', 'rss_kb_peak_max', 'value'],
  ['worst_peak_file', 'rss_kb_peak_max', 'file'],
  ['worst_peak_line', 'rss_kb_peak_max', 'line'],
  ['worst_added_input', 'rss_kb_added', 'input'],
  ['worst_added_kb', 'rss_kb_added', 'value'],
  ['worst_added_file', 'rss_kb_added', 'file'],
  ['worst_added_line', 'rss_kb_added', 'line'],
] as const;

/** The CSV of the report, with the worst inputs of each row as columns. */
export function renderSummaryCsv(view: SummaryView): string {
  const { worstOf } = view.result;
  const worst = WORST_COLUMNS.map(
    ([field, by, member]): CsvColumn => ({ field, value: ({ stage }) => worstOf(stage)[by]?.[member] ?? null }),
  );
  return renderCsv(view, worst);
}

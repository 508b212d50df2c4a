import { csvLine } from '../render/csv.js';
import { unitOf } from './cells.js';
import type { ComparisonView } from './comparison-view.js';

const FIELDS = [
  'stage',
  'metric',
  'unit',
  'statistic',
  'state',
  'base',
  'new',
  ...['difference', 'difference_low', 'difference_high', 'difference_probability'],
  ...['relative', 'relative_low', 'relative_high', 'relative_probability'],
  ...['verdict', 'base_inputs', 'new_inputs', 'base_unmeasured', 'new_unmeasured'],
  ...['base_highest', 'new_highest', 'why_no_interval'],
];

/** One line for each label and metric. */
export function renderCompareCsv({ blocks, verdicts }: ComparisonView): string {
  const lines = blocks
    .flatMap(({ rows }) => rows)
    .map((row) => {
      const changes = [row.difference, row.relative].flatMap((change) => [
        change?.value,
        change?.low,
        change?.high,
        change?.probability,
      ]);
      return [
        ...[row.stage, row.field, unitOf(row), row.statistic, row.state, row.base, row.new],
        ...changes,
        ...[verdicts.get(row), row.inputs?.base, row.inputs?.new, row.unmeasured?.base, row.unmeasured?.new],
        ...[row.highest?.base, row.highest?.new, row.whyNoInterval],
      ];
    });
  return [FIELDS, ...lines].map(csvLine).join('');
}

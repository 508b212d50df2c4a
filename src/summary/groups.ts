import { bucketOf } from '../model/histogram.js';
import { nearestAncestor } from '../model/label-path.js';
import { NUMBER_METRICS, type NumberField } from '../model/number-metrics.js';
import type { ReportHeader } from '../model/report.js';
import type { ReportColumns } from '../records/report-columns.js';
import { HEADER_NUMBERS } from '../report/merge-header.js';
import { ROW_NUMBERS, RowMerger } from '../report/merge-rows.js';

/** The name of the row of records that do not have the member. */
export const NO_GROUP = '(none)';

const LONGEST_GROUP = 1024;

/** Fields of a group's row that the header of a report has for the whole process. */
const FROM_HEADER = fieldsFromHeader({
  wall_s: 'total_wall_s',
  wall_max_s: 'total_wall_s',
  wall_self_s: 'outside_wall_s',
  cpu_s: 'total_cpu_s',
  cpu_self_s: 'outside_cpu_s',
  rss_kb_peak_max: 'rss_kb_peak',
  overhead_s: 'overhead_s',
});
const COUNTED_HERE = ['calls', 'errors'].map(indexOf);
const FROM_STAGES = NUMBER_METRICS.flatMap(({ fold }, index) =>
  COUNTED_HERE.includes(index) || FROM_HEADER.some(([target]) => target === index)
    ? []
    : [{ index, takesHighest: fold === 'peak' || fold === 'max' }],
);
const [CALLS, ERRORS] = COUNTED_HERE as [number, number];
const WALL = HEADER_NUMBERS.indexOf('total_wall_s');

/**
 * Adds up records by group, one row each. A record is one call of its group. What its process took comes from the header
 * of its profile; what only stages know comes from its outermost stages.
 */
export class Groups {
  readonly rows: RowMerger;
  /** The numbers of the record added last. */
  readonly numbers = new Float64Array(ROW_NUMBERS);

  constructor(maxGroups?: number) {
    this.rows = new RowMerger(maxGroups);
  }

  /** @param columns undefined for a record without a profile, which is a call of which only the outcome is known */
  add(group: string, isFailed: boolean, columns: ReportColumns | undefined): void {
    const { numbers } = this;
    numbers.fill(Number.NaN);
    numbers[CALLS] = 1;
    numbers[ERRORS] = isFailed ? 1 : 0;
    const row = this.rows.rowOf(group);
    if (columns !== undefined) {
      for (const [target, source] of FROM_HEADER) numbers[target] = columns.header[source]!;
      addOutermost(numbers, columns);
      row.addCalls(bucketOf(columns.header[WALL]! * 1e9), 1);
    }
    row.addNumbers(numbers, 0);
  }
}

/** The name of a group, from the value of the member. */
export function groupName(value: unknown): string {
  if (value === undefined) return NO_GROUP;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > LONGEST_GROUP ? `${text.slice(0, LONGEST_GROUP)}…` : text;
}

/** The member at a dotted path, without its first step, which has led to `value`. */
export function memberAt(value: unknown, path: readonly string[]): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined;
    at = (at as Record<string, unknown>)[step];
  }
  return at;
}

function addOutermost(numbers: Float64Array, { rows, labels, numbers: ofRows }: ReportColumns): void {
  const known = new Set(labels.slice(0, rows));
  for (let row = 0; row < rows; row++) {
    if (nearestAncestor(labels[row]!, known) !== null) continue;
    for (const { index, takesHighest } of FROM_STAGES) {
      const value = ofRows[row * ROW_NUMBERS + index]!;
      const sum = numbers[index]!;
      if (Number.isNaN(value)) continue;
      numbers[index] = Number.isNaN(sum) ? value : takesHighest ? Math.max(sum, value) : sum + value;
    }
  }
}

function fieldsFromHeader(
  fields: { readonly [F in NumberField]?: keyof ReportHeader },
): [target: number, source: number][] {
  return Object.entries(fields).map(([field, source]) => [
    indexOf(field),
    HEADER_NUMBERS.indexOf(source as (typeof HEADER_NUMBERS)[number]),
  ]);
}

function indexOf(field: string): number {
  return NUMBER_METRICS.findIndex((metric) => metric.field === field);
}

import { Map, Math } from '../host/intrinsics.js';
import { EXACT_MEMBERS } from '../model/exact-use.js';
import { quantileSeconds } from '../model/histogram.js';
import { sourceOf, whyAbsent } from '../model/metric-sources.js';
import { METRICS, type MetricField } from '../model/metrics.js';
import { isNumberMetric, NUMBER_METRICS, type NumberField, type NumberMetric } from '../model/number-metrics.js';
import type { Report, StageRow } from '../model/report.js';
import { count, duration, NOTHING, percent, type Quantity, roughDuration, size } from '../text/format.js';

export type ColumnKey = MetricField | 'share' | 'p50' | 'p95' | 'p99';

/** A column of a table that people read. */
export interface Column {
  readonly key: ColumnKey;
  readonly heading: string;
  /** Null if the row has no such number. */
  readonly cell: (row: StageRow) => Quantity | null;
  /** The cells of the lines outside of stages and of the whole report; null leaves the cell blank. */
  readonly outside: Quantity | null;
  readonly total: Quantity | null;
  /** Why every cell may be null. Null if that needs no word, because nobody asked for the numbers. */
  readonly whyEmpty: string | null;
}

/** A column that is not shown, and the reason. */
export interface LeftOut {
  readonly heading: string;
  readonly reason: string;
}

/**
 * With fewer calls than the third number, the percentile is that of the slowest call, and tells nothing about the next
 * one.
 */
const QUANTILES = [
  ['p50', 0.5, 1],
  ['p95', 0.95, 20],
  ['p99', 0.99, 100],
] as const;

/**
 * The columns of a report in order, and those with no number in any row.
 *
 * @param outside the outside row of the report; null if it is not known
 * @param sort gets a column even if its metric has no heading
 */
export function columnsOf(
  report: Report,
  outside: StageRow | null,
  sort: MetricField | undefined,
): { columns: Column[]; leftOut: LeftOut[] } {
  const columns: Column[] = [];
  const leftOut: LeftOut[] = [];
  for (const column of allColumns(report, outside, sort)) {
    if (isException(column.key) && column.key !== sort && !happened(report, column.key)) continue;
    if (hasNumber(column, report)) columns.push(column);
    // Without rows most columns are empty, and a reason would mislead.
    else if (report.stages.length > 0 && column.whyEmpty !== null)
      leftOut.push({ heading: column.heading, reason: column.whyEmpty });
  }
  return { columns, leftOut };
}

/** The columns of these keys, in this order, also those without any number. */
export function columnsNamed(keys: readonly string[], report: Report, outside: StageRow | null): Column[] {
  return keys.flatMap((key) => {
    const sort = METRICS.find(({ field }) => field === key)?.field;
    return allColumns(report, outside, sort).filter((column) => column.key === key);
  });
}

/** The keys that a column may have, with the heading of each. */
export const COLUMN_HEADINGS: ReadonlyMap<ColumnKey, string> = new Map(
  METRICS.flatMap((metric): [ColumnKey, string][] => {
    if (metric.unit === 'histogram') return QUANTILES.map(([key]) => [key, key]);
    if (!isNumberMetric(metric)) return [];
    const own: [ColumnKey, string] = [metric.field, metric.heading ?? metric.field];
    return metric.field === 'wall_s' ? [own, ['share', 'share']] : [own];
  }),
);

function hasNumber(column: Column, { stages }: Report): boolean {
  return stages.length === 0 ? column.total !== null : stages.some((row) => column.cell(row) !== null);
}

function allColumns(report: Report, outside: StageRow | null, sort: MetricField | undefined): Column[] {
  return METRICS.flatMap((metric): Column[] => {
    if (metric.unit === 'histogram') return QUANTILES.map(([key, q, fewestCalls]) => quantile(key, q, fewestCalls));
    if (!isNumberMetric(metric)) return [];
    if (metric.heading === null && metric.field !== sort) return [];
    const column = metricColumn(metric, report, outside);
    return metric.field === 'wall_s' ? [column, share(report)] : [column];
  });
}

function metricColumn(metric: NumberMetric, report: Report, outsideStages: StageRow | null): Column {
  const { field, heading } = metric;
  const { outside, total } = ofReport(metric, report, outsideStages);
  const isBlank = isMostlySkipped(metric, report);
  return {
    key: field,
    heading: heading ?? field,
    cell: (row) => (isBlank ? null : quantity(metric, row[field])),
    outside: isBlank ? null : quantity(metric, outside),
    total: quantity(metric, total),
    whyEmpty: isBlank
      ? MOSTLY_SKIPPED
      : metric.share === 'collected' || metric.share === 'running'
        ? null
        : whyAbsent(metric, report.sources),
  };
}

const MOSTLY_SKIPPED = 'most readings were skipped';

/**
 * Whether a growth was read at the ends of fewer than half of the calls. What is left of it may be that of a few calls
 * which filled what the others freed, and would contradict the composition.
 */
function isMostlySkipped(metric: NumberMetric, { sources }: Report): boolean {
  const source = metric.fold === 'growth' ? sourceOf(metric) : null;
  if (source === null) return false;
  const { readings = 0, skipped = 0 } = sources[source];
  return skipped > readings;
}

/** The numbers of a metric that are in the header. */
function ofReport(
  { field, fold, share }: NumberMetric,
  report: Report,
  outside: StageRow | null,
): { outside: number | null; total: number | null } {
  if (field === 'wall_s') return { outside: report.outside_wall_s, total: report.total_wall_s };
  if (field === 'cpu_s') return { outside: report.outside_cpu_s, total: report.total_cpu_s };
  const exact = EXACT_MEMBERS.find(({ self }) => self === field);
  // Older reports lack the member.
  if (exact !== undefined) return report.exact?.[exact.member] ?? { outside: null, total: null };
  if (share !== 'total' || fold === 'count') return { outside: null, total: null };
  // The peak of the process belongs to no part of its time.
  return { outside: fold === 'peak' ? null : (outside?.[field] ?? null), total: report.program?.[field] ?? null };
}

function share(report: Report): Column {
  const total = report.total_wall_s;
  const of = (seconds: number | null) => (seconds === null || total <= 0 ? null : percent(seconds / total));
  return {
    key: 'share',
    heading: 'share',
    cell: (row) => of(row.wall_s),
    outside: of(report.outside_wall_s),
    total: of(total),
    whyEmpty: 'no time passed',
  };
}

function quantile(key: (typeof QUANTILES)[number][0], q: number, fewestCalls: number): Column {
  return {
    key,
    heading: key,
    cell: (row) => {
      const seconds = row.calls < fewestCalls ? null : quantileSeconds(row.wall_hist, q);
      // The middle of the last bucket may be more than the slowest call.
      return seconds === null ? null : roughDuration(Math.min(seconds, row.wall_max_s ?? seconds));
    },
    outside: null,
    total: null,
    // The reason of p95 is enough for both.
    whyEmpty: key === 'p99' ? null : fewestCalls > 1 ? `fewer than ${fewestCalls} calls` : 'no call completed',
  };
}

function quantity(metric: NumberMetric, value: number | null): Quantity | null {
  if (value === null) return null;
  switch (metric.unit) {
    case 's':
      return duration(value);
    case 'KiB':
      return size(value, metric.fold === 'growth');
    default:
      return count(value);
  }
}

/** Whether a column counts what should not happen. It is shown only if it did happen. */
function isException(key: ColumnKey): key is NumberField {
  return key !== 'calls' && NUMBER_METRICS.some(({ field, fold }) => field === key && fold === 'count');
}

function happened(report: Report, key: NumberField): boolean {
  return report.stages.some((row) => (row[key] ?? 0) > 0);
}

/** The cell of a row, with a dash for what was not measured. */
export function cellOf(column: Column, row: StageRow): Quantity {
  return column.cell(row) ?? NOTHING;
}

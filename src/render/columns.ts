import { Math, Set } from '../host/intrinsics.js';
import { EXACT_MEMBERS } from '../model/exact-use.js';
import { quantileSeconds } from '../model/histogram.js';
import { whyAbsent } from '../model/metric-sources.js';
import { METRICS, type MetricField } from '../model/metrics.js';
import { isNumberMetric, NUMBER_METRICS, type NumberField, type NumberMetric } from '../model/number-metrics.js';
import type { Report, StageRow } from '../model/report.js';
import { outsideRow } from '../report/outside-row.js';
import { count, duration, NOTHING, percent, type Quantity, roughDuration, size } from '../text/format.js';

export type ColumnKey = MetricField | 'share' | 'p50' | 'p95' | 'p99';

/** The column of findings is of text, and stands after all others. */
export const FINDING_KEY = 'finding';

/** A column of the human table. */
export interface Column {
  readonly key: ColumnKey;
  readonly heading: string;
  /** Null where the row has no such number. */
  readonly cell: (row: StageRow) => Quantity | null;
  /** The same for the time no stage was open, and for the whole report; null leaves the cell blank. */
  readonly outside: Quantity | null;
  readonly total: Quantity | null;
  /** Why every cell may be null; null where that needs no word, because it was not asked for. */
  readonly whyEmpty: string | null;
}

/** A column that is not shown, and why. */
export interface LeftOut {
  readonly heading: string;
  readonly reason: string;
}

/**
 * Which columns give way when the table is too wide, the last first; what is not listed goes before all of them.
 * Order of appearance is that of METRICS, the findings last.
 */
export const IMPORTANCE: readonly (ColumnKey | typeof FINDING_KEY)[] = [
  'wall_s',
  'calls',
  FINDING_KEY,
  'errors',
  'open',
  'rss_kb_delta',
  'cpu_s',
  'rss_kb_peak_max',
  'native_kb_delta',
  'js_kb_delta',
  'external_kb_delta',
  'js_kb_retained',
  'allocator_kb_delta',
  'share',
  'wall_self_s',
  'p95',
  'mapped_kb_delta',
  'native_kb_peak_max',
  'js_kb_peak_max',
  'p50',
  'p99',
  'overlapped_calls',
  'wall_max_s',
  'thread_cpu_s',
  'thread_cpu_self_s',
  'gc_s',
  'native_kb_alloc',
  'js_kb_alloc',
];

/** Of fewer calls the percentile is their slowest, and says nothing of the next one. */
const QUANTILES = [
  ['p50', 0.5, 1],
  ['p95', 0.95, 20],
  ['p99', 0.99, 100],
] as const;

/**
 * The columns of a report in order, and those with no number in any row.
 *
 * @param sort shown whether or not the table has it otherwise
 */
export function columnsOf(report: Report, sort?: MetricField): { columns: Column[]; leftOut: LeftOut[] } {
  const columns: Column[] = [];
  const leftOut: LeftOut[] = [];
  for (const column of allColumns(report, outsideRow(report), sort)) {
    if (isException(column.key) && column.key !== sort && !happened(report, column.key)) continue;
    if (hasNumber(column, report)) columns.push(column);
    // Without rows most columns are empty, and none for a reason.
    else if (report.stages.length > 0 && column.whyEmpty !== null)
      leftOut.push({ heading: column.heading, reason: column.whyEmpty });
  }
  return { columns, leftOut };
}

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
  return {
    key: field,
    heading: heading ?? field,
    cell: (row) => quantity(metric, row[field]),
    outside: quantity(metric, outside),
    total: quantity(metric, total),
    whyEmpty: metric.share === 'collected' || metric.share === 'running' ? null : whyAbsent(metric, report.sources),
  };
}

/** What the header says of a metric. */
function ofReport(
  { field, fold, share }: NumberMetric,
  report: Report,
  outside: StageRow | null,
): { outside: number | null; total: number | null } {
  if (field === 'wall_s') return { outside: report.outside_wall_s, total: report.total_wall_s };
  if (field === 'cpu_s') return { outside: report.outside_cpu_s, total: report.total_cpu_s };
  const exact = EXACT_MEMBERS.find(({ self }) => self === field);
  // Reports of before there was such a member are merged and shown too.
  if (exact !== undefined) return report.exact?.[exact.member] ?? { outside: null, total: null };
  if (share !== 'total' || fold === 'count') return { outside: null, total: null };
  // What the process had at its highest belongs to no part of its time alone.
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
      // The middle of the last bucket may lie beyond the slowest call.
      return seconds === null ? null : roughDuration(Math.min(seconds, row.wall_max_s ?? seconds));
    },
    outside: null,
    total: null,
    // One word on both is enough.
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

/** Counts of what should not happen take a column only where it did. */
function isException(key: ColumnKey): key is NumberField {
  return key !== 'calls' && NUMBER_METRICS.some(({ field, fold }) => field === key && fold === 'count');
}

function happened(report: Report, key: NumberField): boolean {
  return report.stages.some((row) => (row[key] ?? 0) > 0);
}

/** The cell of a row as it is shown. */
export function cellOf(column: Column, row: StageRow): Quantity {
  return column.cell(row) ?? NOTHING;
}

export interface Wanted {
  readonly sort?: MetricField | undefined;
  /** What the findings that are explained below the table rest on. */
  readonly evidence?: ReadonlySet<string>;
}

/** Evidence stays before all that is less important than these: memory first, whose findings name several columns. */
const BEFORE_MEMORY = IMPORTANCE.indexOf('cpu_s');
const BEFORE_OTHERS = IMPORTANCE.indexOf('allocator_kb_delta');
const MEMORY: ReadonlySet<string> = new Set(METRICS.filter(({ unit }) => unit === 'KiB').map(({ field }) => field));

/** How soon a column gives way: the higher, the sooner. */
export function rankOf(key: ColumnKey | typeof FINDING_KEY, { sort, evidence }: Wanted = {}): number {
  if (key === sort) return 0;
  const rank = IMPORTANCE.indexOf(key);
  if (rank === -1) return IMPORTANCE.length;
  const before = MEMORY.has(key) ? BEFORE_MEMORY : BEFORE_OTHERS;
  if (rank <= before || evidence?.has(key) !== true) return rank;
  return before + rank / IMPORTANCE.length;
}

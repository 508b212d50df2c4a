import { Set } from '../host/intrinsics.js';
import { METRICS, type MetricField } from '../model/metrics.js';
import type { ColumnKey } from './columns.js';

/** The key of the column of findings, which has text and stands after all others. */
export const FINDING_KEY = 'finding';

/**
 * Which columns a table keeps when it is too wide, the most important first. A column that is not listed goes before
 * all of these. Columns appear in the order of METRICS, not in this one.
 */
export const IMPORTANCE: readonly (ColumnKey | typeof FINDING_KEY)[] = [
  'wall_s',
  'calls',
  'errors',
  'open',
  'rss_kb_delta',
  'rss_kb_peak_max',
  'js_kb_delta',
  FINDING_KEY,
  'cpu_s',
  'native_kb_delta',
  'external_kb_delta',
  'js_kb_retained',
  'allocator_kb_delta',
  'share',
  'wall_self_s',
  'p95',
  'mapped_kb_delta',
  'buffers_kb_delta',
  'file_kb_delta',
  'workers_kb_delta',
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

export interface Wanted {
  readonly sort?: MetricField | undefined;
  /** The fields that the findings explained below the table rest on. */
  readonly evidence?: ReadonlySet<string>;
}

/**
 * Columns of evidence are kept before all that are less important than these two. Evidence of memory comes earlier,
 * because a finding about memory names several columns.
 */
const BEFORE_MEMORY = IMPORTANCE.indexOf('cpu_s');
const BEFORE_OTHERS = IMPORTANCE.indexOf('allocator_kb_delta');
const MEMORY: ReadonlySet<string> = new Set(METRICS.filter(({ unit }) => unit === 'KiB').map(({ field }) => field));

/** The column with the highest rank is dropped first. */
export function rankOf(key: ColumnKey | typeof FINDING_KEY, { sort, evidence }: Wanted = {}): number {
  if (key === sort) return 0;
  const rank = IMPORTANCE.indexOf(key);
  if (rank === -1) return IMPORTANCE.length;
  const before = MEMORY.has(key) ? BEFORE_MEMORY : BEFORE_OTHERS;
  if (rank <= before || evidence?.has(key) !== true) return rank;
  return before + rank / IMPORTANCE.length;
}

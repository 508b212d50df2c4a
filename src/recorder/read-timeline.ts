import { Float64Array, Number } from '../host/intrinsics.js';
import { ACCOUNT, ACCOUNT_LENGTH } from '../model/sample-layout.js';
import type { RecorderBytes } from './file-bytes.js';
import { type Geometry, isPossible, TIMELINE } from './format.js';
import type { LiveNumbers } from './read-header.js';

/** A point of the timeline: nanoseconds and bytes, NaN for what was not read. */
export interface TimelinePoint {
  readonly wallNs: number;
  readonly processCpuNs: number;
  readonly filePagesBytes: number;
  readonly jsUsedBytes: number;
  /** Calls that were open, of whatever stage. */
  readonly openCalls: number;
  /** As an account of a moment, without modules and files. */
  readonly account: Float64Array;
  /** Rows of the stages that were open, each once. */
  readonly rows: readonly number[];
}

export interface RecordedTimeline {
  /** In the order of time. */
  readonly points: readonly TimelinePoint[];
  /** Two points were kept of so many readings; 1 where all were. */
  readonly width: number;
}

const at = (name: (typeof TIMELINE)[number]) => TIMELINE.indexOf(name);
const ACCOUNT_AT = at(ACCOUNT[0]);

/**
 * The points of the timeline. One out of the order of time is left out: it is damaged, was just being written, or is left
 * over from a merge of points.
 *
 * @param names the numbers of a point, in their order; the rows of open stages follow them
 */
export function readTimeline(
  bytes: RecorderBytes,
  { timeline_offset: offset, timeline_capacity: capacity, timeline_cells: cells }: Geometry,
  names: readonly string[],
  { timeline_count: count, timeline_width: width }: Pick<LiveNumbers, 'timeline_count' | 'timeline_width'>,
): RecordedTimeline {
  const isCount = Number.isSafeInteger(count) && count > 0 && count <= capacity;
  const whole = Number.isSafeInteger(width) && width >= 1 ? width : 1;
  if (!isCount || cells < names.length || cells === 0) return { points: [], width: whole };
  const raw = bytes.read(offset, count * cells * 8);
  const positions = TIMELINE.map((name) => names.indexOf(name));
  const points: TimelinePoint[] = [];
  for (let number = 0; (number + 1) * cells * 8 <= raw.length; number++) {
    const cell = (index: number) => {
      const value = index < 0 ? Number.NaN : raw.readDoubleLE((number * cells + index) * 8);
      return isPossible(value) ? value : Number.NaN;
    };
    const values = positions.map(cell);
    const wallNs = values[at('wall_ns')]!;
    if (!(wallNs > (points.at(-1)?.wallNs ?? -1))) continue;
    const account = new Float64Array(ACCOUNT_LENGTH).fill(Number.NaN);
    ACCOUNT.forEach((_, index) => {
      account[index] = values[ACCOUNT_AT + index]!;
    });
    const rows: number[] = [];
    for (let index = names.length; index < cells; index++) {
      const row = cell(index);
      if (Number.isSafeInteger(row) && row > 0) rows.push(row);
    }
    points.push({
      wallNs,
      processCpuNs: values[at('process_cpu_ns')]!,
      filePagesBytes: values[at('file_pages_bytes')]!,
      jsUsedBytes: values[at('js_used_bytes')]!,
      openCalls: values[at('open_calls')]!,
      account,
      rows,
    });
  }
  return { points, width: whole };
}

import { coveredNs } from '../accounting/covered-time.js';
import { foldCall, octaveCell } from '../accounting/fold-call.js';
import { compileFolds } from '../accounting/fold-plan.js';
import { SUMMED_FIELDS } from '../accounting/self-times.js';
import { Float64Array, Map, Number, Set } from '../host/intrinsics.js';
import { bucketOf } from '../model/histogram.js';
import { GROUPS } from '../model/metrics.js';
import { slotIndex } from '../model/sample-layout.js';
import { columnOf, type RowStore } from '../store/row-store.js';
import { highestOf } from './last-sample.js';
import type { RecordedCall } from './read-open-calls.js';
import type { RecordedReading } from './read-readings.js';

const WALL = slotIndex.wall_ns;
const CPU = slotIndex.process_cpu_ns;

/** Where the ring of readings has the highest values of a slot since the reading before. */
const RING_PEAKS: ReadonlyMap<number, 'js_peak_bytes' | 'native_peak_bytes'> = new Map([
  [slotIndex.js_peak_bytes, 'js_peak_bytes'],
  [slotIndex.native_peak_bytes, 'native_peak_bytes'],
]);
const RSS_PEAK = slotIndex.rss_peak_bytes;

const ALL_GROUPS = new Set(GROUPS);
const BY_ENDS = compileFolds(ALL_GROUPS, new Set());
const WITH_SELF_TIMES = compileFolds(ALL_GROUPS, SUMMED_FIELDS);

/** What open calls are folded by. */
export interface FoldContext {
  /** See `lastSampleOf`. */
  readonly last: Float64Array;
  readonly readings: readonly RecordedReading[];
  /** Whether what this thread used is summed up from what each stage used itself. */
  readonly isExact: boolean;
}

/**
 * Adds what an open call has used up to the last sample to a row, as a report in the process would.
 *
 * @param hasChild whether a call is open inside it
 * @param ahead how many open calls of the row were added before it
 */
export function foldOpenCall(
  store: RowStore,
  row: number,
  call: RecordedCall,
  hasChild: boolean,
  context: FoldContext,
  ahead = 0,
): void {
  const { last, isExact } = context;
  const { entry, covered, since } = call;
  const wallNs = last[WALL]! - entry[WALL]!;
  // Entered after the last sample: nothing is known of it yet.
  if (!(wallNs >= 0)) return;
  const plan = isExact ? WITH_SELF_TIMES : BY_ENDS;
  const coveredWallNs = coveredNs(covered.wall_ns, since.wall_ns, last[WALL]!, hasChild);
  const coveredCpuNs = coveredNs(covered.process_cpu_ns, since.process_cpu_ns, last[CPU]!, hasChild);
  const wallSelfNs = atLeastZero(wallNs - coveredWallNs);
  const cpuSelfNs = atLeastZero(last[CPU]! - entry[CPU]! - coveredCpuNs);
  const highest = Float64Array.from(plan.peaks, ({ slot, levelSlot }) => peakOf(call, slot, levelSlot, context));
  const base = store.offset(row);
  const octave = octaveCell(store.cells, base, ahead);
  foldCall(plan, entry, last, wallSelfNs, cpuSelfNs, highest, store.cells, base, octave);
}

/**
 * The row of the whole program, as a call that ends with the last sample.
 *
 * @param callsBefore how many such rows the process had before
 */
export function foldWholeRun(
  store: RowStore,
  outside: RecordedCall,
  hasChild: boolean,
  context: FoldContext,
  callsBefore = 0,
): number {
  const row = store.addRow('', callsBefore);
  foldOpenCall(store, row, outside, hasChild, context);
  store.cells[store.offset(row) + columnOf('calls')]!++;
  const wallNs = context.last[WALL]! - outside.entry[WALL]!;
  if (wallNs >= 0) store.countDuration(row, bucketOf(wallNs));
  return row;
}

/** NaN stays NaN. */
export function atLeastZero(value: number): number {
  return value < 0 ? 0 : value;
}

/**
 * The highest value while the call was open, as far as the readings tell: of a reading whose window began before the
 * call, only the value at its end is taken. NaN where not measured.
 */
function peakOf(
  { entry, row }: RecordedCall,
  slot: number,
  levelSlot: number,
  { last, readings }: FoldContext,
): number {
  const ends = [entry[levelSlot]!, last[levelSlot]!];
  if (Number.isNaN(ends[0]) || Number.isNaN(ends[1])) return Number.NaN;
  // The peaks of the last sample are those since the start.
  if (row === 0) return highestOf([...ends, last[slot]!]);
  const entered = entry[WALL]!;
  const within = readings.filter(({ wall_ns }, index) => wall_ns >= entered && windowBegin(readings, index) >= entered);
  const name = RING_PEAKS.get(slot);
  if (name !== undefined) return highestOf([...ends, ...within.map((reading) => reading[name])]);
  if (slot !== RSS_PEAK) return highestOf(ends);
  const since = readings.filter(({ wall_ns }) => wall_ns >= entered).map(({ rss_bytes }) => rss_bytes);
  // The kernel's peak of the process is this call's where it rose in it.
  const before = readings.findLast(({ wall_ns }) => wall_ns < entered)?.rss_peak_bytes ?? Number.NaN;
  const peaks = readings.map(({ rss_peak_bytes }) => rss_peak_bytes).filter((peak) => peak > before);
  return highestOf([...ends, ...since, ...peaks]);
}

/** When the reading before was taken; that of the first is not known. */
function windowBegin(readings: readonly RecordedReading[], index: number): number {
  return readings[index - 1]?.wall_ns ?? Number.NaN;
}

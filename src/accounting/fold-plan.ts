import { Array, Float64Array, Int32Array } from '../host/intrinsics.js';
import { PLAN_LISTS, PLAN_NUMBERS } from '../model/fold.js';
import { type Group, METRICS } from '../model/metrics.js';
import { LEVEL_OF_PEAK, slotIndex } from '../model/sample-layout.js';
import { BUCKETS_CELL, columnOf, LIVE_COLUMNS, MODULE_COLUMNS, OCTAVE_COLUMNS, ROW_CELLS } from '../store/row-store.js';
import { CALL_COVERED, CALL_PARENT, CALL_SINCE, CALL_USE } from '../store/state-memory.js';

/** A peak metric: its slot holds the highest value since the sample before. */
export interface PeakMetric {
  readonly slot: number;
  /** The slot of the value at the sample itself, which is where the window of a call begins. */
  readonly levelSlot: number;
  readonly column: number;
}

/** The table of metrics, compiled for the groups that are measured: which slot goes to which column. */
export interface FoldPlan {
  /** Flow and growth alike are exit minus entry: slot `deltaSlots[i]` goes to column `deltaColumns[i]`. */
  readonly deltaSlots: Int32Array;
  readonly deltaColumns: Int32Array;
  readonly peaks: readonly PeakMetric[];
  readonly peakColumns: Int32Array;
  readonly measuresCpu: boolean;
  readonly measuresRss: boolean;
}

/** @param elsewhere fields that are not made from the two ends of a call */
export function compileFolds(measured: ReadonlySet<Group>, elsewhere: ReadonlySet<string>): FoldPlan {
  const deltas: { slot: number; column: number }[] = [];
  const peaks: PeakMetric[] = [];
  for (const { field, fold, group, share, slot, unit } of METRICS) {
    if (slot === null || share !== 'total' || !measured.has(group) || elsewhere.has(field)) continue;
    if (unit === 'modules' || unit === 'octaves') continue;
    const target = { slot: slotIndex[slot], column: columnOf(field) };
    if (fold === 'peak') peaks.push({ ...target, levelSlot: slotIndex[LEVEL_OF_PEAK[slot]!] });
    else deltas.push(target);
  }
  return {
    deltaSlots: Int32Array.from(deltas, ({ slot }) => slot),
    deltaColumns: Int32Array.from(deltas, ({ column }) => column),
    peaks,
    peakColumns: Int32Array.from(peaks, ({ column }) => column),
    measuresCpu: measured.has('cpu'),
    measuresRss: measured.has('rss'),
  };
}

/** A slot, and the column of the row that runs to which its use by the thread is charged. */
export interface ChargedUse {
  readonly slot: number;
  readonly column: number;
}

const NOT_MEASURED = -1;

/**
 * A plan as the addon takes it.
 *
 * @param excluded slots out of which the cost of forced collections is taken
 * @param charged uses of the thread that are charged to the row that runs
 */
export function planNumbers(plan: FoldPlan, excluded: readonly number[], charged: readonly ChargedUse[]): Float64Array {
  const { deltaSlots, deltaColumns, peaks, measuresCpu, measuresRss } = plan;
  const numbers: { readonly [N in (typeof PLAN_NUMBERS)[number]]: number } = {
    takes_samples: 1,
    row_cells: ROW_CELLS,
    buckets: BUCKETS_CELL,
    use: CALL_USE,
    parent: CALL_PARENT,
    covered: CALL_COVERED,
    since: CALL_SINCE,
    closed: columnOf('calls'),
    failed: columnOf('errors'),
    open: columnOf('open'),
    overlapped: columnOf('overlapped_calls'),
    inner: columnOf('inner_stages'),
    closed_before: columnOf('calls_before'),
    longest: columnOf('wall_max_s'),
    modules: MODULE_COLUMNS,
    live_modules: LIVE_COLUMNS,
    octaves: measuresRss ? OCTAVE_COLUMNS : NOT_MEASURED,
    octave_slot: slotIndex.rss_bytes,
    wall_self: columnOf('wall_self_s'),
    cpu_self: measuresCpu ? columnOf('cpu_self_s') : NOT_MEASURED,
  };
  const lists: { readonly [L in (typeof PLAN_LISTS)[number]]: readonly (readonly number[])[] } = {
    deltas: Array.from(deltaSlots, (slot, i) => [slot, deltaColumns[i]!]),
    peaks: peaks.map(({ slot, levelSlot, column }) => [slot, levelSlot, column]),
    excluded: excluded.map((slot) => [slot]),
    charged: charged.map(({ slot, column }) => [slot, column]),
  };
  return Float64Array.from([
    ...PLAN_NUMBERS.map((name) => numbers[name]),
    ...PLAN_LISTS.flatMap((name) => [lists[name].length, ...lists[name].flat()]),
  ]);
}

import { Int32Array } from '../host/intrinsics.js';
import { type Group, METRICS } from '../model/metrics.js';
import { LEVEL_OF_PEAK, slotIndex } from '../model/sample-layout.js';
import { columnOf } from '../store/row-store.js';

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
  };
}

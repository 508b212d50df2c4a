import { Float64Array } from '../host/intrinsics.js';
import { MODULE_CELLS, SLOT_COUNT, slotIndex } from '../model/sample-layout.js';
import { columnOf, MODULE_COLUMNS } from '../store/row-store.js';
import type { FoldPlan } from './fold-plan.js';

const WALL = slotIndex.wall_ns;
const MODULE_COUNT = slotIndex.module_count;

const WALL_MAX = columnOf('wall_max_s');
const WALL_SELF = columnOf('wall_self_s');
const CPU_SELF = columnOf('cpu_self_s');

/**
 * What the two samples of a call do not tell. NaN where not measured.
 *
 *   [SELF_WALL]         wall time in nanoseconds while no child was open
 *   [SELF_CPU]          CPU time of the process in nanoseconds while no child was open
 *   [FIRST_PEAK + i]    highest value of `plan.peaks[i]` while the call was open
 */
export type BetweenSamples = Float64Array;

export const SELF_WALL = 0;
export const SELF_CPU = 1;
export const FIRST_PEAK = 2;

export function betweenSamples({ peaks }: FoldPlan): BetweenSamples {
  return new Float64Array(FIRST_PEAK + peaks.length);
}

/**
 * Adds what a call has used from the sample `entry` to the sample `now` to a row. In the process this runs at every exit,
 * and for a recorder once for each call that was open.
 *
 * It calls nothing: out of stack it fails before its first store, so that the row has all of the call, or nothing.
 *
 * @param base where the row begins in `cells`
 */
export function foldCall(
  { deltaSlots, deltaColumns, peaks }: FoldPlan,
  entry: Float64Array,
  now: Float64Array,
  between: BetweenSamples,
  cells: Float64Array,
  base: number,
): void {
  // What was not measured is NaN, which is unlike itself, and changes nothing.
  for (let i = 0; i < deltaSlots.length; i++) {
    const slot = deltaSlots[i]!;
    const amount = now[slot]! - entry[slot]!;
    if (amount !== amount) continue;
    const cell = base + deltaColumns[i]!;
    const before = cells[cell]!;
    cells[cell] = before === before ? before + amount : amount;
  }
  // A module that was loaded since the entry began at zero. A recorder may hold any count.
  const count = now[MODULE_COUNT]!;
  const countAtEntry = entry[MODULE_COUNT]!;
  for (let module = 0; module < count && module < MODULE_CELLS; module++) {
    const before = module < countAtEntry ? entry[SLOT_COUNT + module]! : 0;
    const bytes = now[SLOT_COUNT + module]! - before;
    if (bytes > 0) cells[base + MODULE_COLUMNS + module]! += bytes;
  }
  const wallNs = now[WALL]! - entry[WALL]!;
  if (!(cells[base + WALL_MAX]! >= wallNs)) cells[base + WALL_MAX] = wallNs;
  const wallSelfNs = between[SELF_WALL]!;
  if (wallSelfNs === wallSelfNs) {
    const before = cells[base + WALL_SELF]!;
    cells[base + WALL_SELF] = before === before ? before + wallSelfNs : wallSelfNs;
  }
  const cpuSelfNs = between[SELF_CPU]!;
  if (cpuSelfNs === cpuSelfNs) {
    const before = cells[base + CPU_SELF]!;
    cells[base + CPU_SELF] = before === before ? before + cpuSelfNs : cpuSelfNs;
  }
  for (let i = 0; i < peaks.length; i++) {
    const value = between[FIRST_PEAK + i]!;
    const cell = base + peaks[i]!.column;
    if (value === value && !(cells[cell]! >= value)) cells[cell] = value;
  }
}

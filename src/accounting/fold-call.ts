import { Number } from '../host/intrinsics.js';
import { octaveOf } from '../model/octaves.js';
import { LIVE_CELLS, MODULE_CELLS, SLOT_COUNT, slotIndex } from '../model/sample-layout.js';
import { columnOf, LIVE_COLUMNS, MODULE_COLUMNS, OCTAVE_COLUMNS } from '../store/row-store.js';
import { CALL_COVERED, CALL_SINCE } from '../store/state-memory.js';
import { coveredNs } from './covered-time.js';
import type { FoldPlan } from './fold-plan.js';

const WALL = slotIndex.wall_ns;
const CPU = slotIndex.process_cpu_ns;
const RSS = slotIndex.rss_bytes;
const MODULE_COUNT = slotIndex.module_count;
const LIVE_COUNT = slotIndex.live_module_count;

const CALLS = columnOf('calls');
const CALLS_BEFORE = columnOf('calls_before');
const WALL_MAX = columnOf('wall_max_s');
const WALL_SELF = columnOf('wall_self_s');
const CPU_SELF = columnOf('cpu_self_s');
const INNER_STAGES = columnOf('inner_stages');

/**
 * Where the growth of the next call of a row is added to, by the octave of its number. Every call has its own growth,
 * whatever else was open, and gets its number when it ends.
 *
 * @param ahead how many open calls of the row are numbered before it
 * @returns an index in `cells`; -1 where calls are not numbered
 */
export function octaveCell(cells: Float64Array, base: number, ahead: number): number {
  const octave = octaveOf(cells[base + CALLS_BEFORE]! + cells[base + CALLS]! + ahead + 1);
  return octave === octave ? base + OCTAVE_COLUMNS + octave : -1;
}

/** What a call of this process has at the moment of a sample, besides its cells. */
export interface CallState {
  readonly hasChild: boolean;
  /** Its descendants that have closed. */
  readonly innerClosed: number;
  /** How many open calls of the same row are numbered before it. */
  readonly ahead: number;
}

/**
 * Adds what a call of this process has used up to the sample `now` to a row: all of it, or nothing where that throws.
 *
 * @param call its cells: the entry sample, and the time during which a child was open
 * @param highest as for `foldCall`
 */
export function foldEntered(
  plan: FoldPlan,
  call: Float64Array,
  { hasChild, innerClosed, ahead }: CallState,
  now: Float64Array,
  highest: Float64Array,
  cells: Float64Array,
  base: number,
): void {
  const wallNs = now[WALL]!;
  const cpuNs = now[CPU]!;
  const coveredWallNs = coveredNs(call[CALL_COVERED]!, call[CALL_SINCE]!, wallNs, hasChild);
  const wallSelfNs = wallNs - call[WALL]! - coveredWallNs;
  let cpuSelfNs = Number.NaN;
  if (plan.measuresCpu) {
    cpuSelfNs = cpuNs - call[CPU]! - coveredNs(call[CALL_COVERED + 1]!, call[CALL_SINCE + 1]!, cpuNs, hasChild);
  }
  const octave = plan.measuresRss ? octaveCell(cells, base, ahead) : -1;
  foldCall(plan, call, now, wallSelfNs, cpuSelfNs, highest, cells, base, octave);
  cells[base + INNER_STAGES]! += innerClosed;
}

/**
 * Adds what a call has used from the sample `entry` to the sample `now` to a row. In the process this runs at every
 * exit, and for a recorder once for each call that was open. What was not measured is NaN, which is unlike itself, and
 * changes nothing.
 *
 * Out of stack it fails before its first store, so that the row has all of the call, or nothing. The loop over modules
 * is a function of its own because V8 inlines no function of more than 460 bytes of bytecode.
 *
 * @param wallSelfNs wall time while no child was open
 * @param cpuSelfNs CPU time of the process while no child was open
 * @param highest highest values while the call was open, in the order of `plan.peaks`
 * @param base where the row begins in `cells`
 * @param octave its `octaveCell`; -1 where its growth belongs to no octave
 */
export function foldCall(
  { deltaSlots, deltaColumns, peakColumns }: FoldPlan,
  entry: Float64Array,
  now: Float64Array,
  wallSelfNs: number,
  cpuSelfNs: number,
  highest: Float64Array,
  cells: Float64Array,
  base: number,
  octave: number,
): void {
  if (now[MODULE_COUNT]! > 0) foldModules(entry, now, cells, base);
  // Nothing is called from here on.
  for (let i = 0; i < deltaSlots.length; i++) {
    const slot = deltaSlots[i]!;
    const amount = now[slot]! - entry[slot]!;
    if (amount !== amount) continue;
    const cell = base + deltaColumns[i]!;
    const before = cells[cell]!;
    cells[cell] = before === before ? before + amount : amount;
  }
  for (let i = 0; i < peakColumns.length; i++) {
    const value = highest[i]!;
    const cell = base + peakColumns[i]!;
    if (value === value && !(cells[cell]! >= value)) cells[cell] = value;
  }
  const growth = now[RSS]! - entry[RSS]!;
  if (growth === growth && octave >= 0) {
    const before = cells[octave]!;
    cells[octave] = before === before ? before + growth : growth;
  }
  const wallNs = now[WALL]! - entry[WALL]!;
  const wallMaxCell = base + WALL_MAX;
  if (!(cells[wallMaxCell]! >= wallNs)) cells[wallMaxCell] = wallNs;
  if (wallSelfNs === wallSelfNs) {
    const cell = base + WALL_SELF;
    const before = cells[cell]!;
    cells[cell] = before === before ? before + wallSelfNs : wallSelfNs;
  }
  if (cpuSelfNs === cpuSelfNs) {
    const cell = base + CPU_SELF;
    const before = cells[cell]!;
    cells[cell] = before === before ? before + cpuSelfNs : cpuSelfNs;
  }
}

function foldModules(entry: Float64Array, now: Float64Array, cells: Float64Array, base: number): void {
  const count = cellsIn(now[MODULE_COUNT]!);
  const countAtEntry = entry[MODULE_COUNT]!;
  for (let module = 0; module < count; module++) {
    // A module that was loaded since the entry began at zero.
    const before = module < countAtEntry ? entry[SLOT_COUNT + module]! : 0;
    const bytes = now[SLOT_COUNT + module]! - before;
    if (bytes > 0) cells[base + MODULE_COLUMNS + module]! += bytes;
  }
  const live = cellsIn(now[LIVE_COUNT]!);
  for (let module = 0; module < live; module++) {
    const before = module < countAtEntry ? entry[LIVE_CELLS + module]! : 0;
    const bytes = now[LIVE_CELLS + module]! - before;
    if (bytes === bytes) cells[base + LIVE_COLUMNS + module]! += bytes;
  }
}

/** A recorder may hold any count. */
function cellsIn(count: number): number {
  return count > MODULE_CELLS ? MODULE_CELLS : count;
}

import { Float64Array } from '../host/intrinsics.js';
import { BOUNDARY, EXIT, EXIT_FLAGS, type Fold } from '../model/fold.js';
import { bucketOf } from '../model/histogram.js';
import { LIVE_CELLS, SLOT_COUNT, slotIndex, WAITED_CELL } from '../model/sample-layout.js';
import type { Sampler } from '../model/sampler.js';
import { addTo, columnOf, MOST_COUNTED, type RowStore } from '../store/row-store.js';
import { CALL_COVERED, CALL_PARENT, CALL_SINCE, CALL_USE } from '../store/state-memory.js';
import { CallPeaks } from './call-peaks.js';
import { foldEntered } from './fold-call.js';
import type { ChargedUse, FoldPlan } from './fold-plan.js';

const WALL = slotIndex.wall_ns;
const CPU = slotIndex.process_cpu_ns;
const MODULE_COUNT = slotIndex.module_count;
const LIVE_COUNT = slotIndex.live_module_count;

const CALLS = columnOf('calls');
const ERRORS = columnOf('errors');
const OPEN = columnOf('open');
const OVERLAPPED = columnOf('overlapped_calls');

/** What a fold works on. */
export interface FoldParts {
  readonly plan: FoldPlan;
  readonly store: RowStore;
  /** What forced collections have cost so far, by slot, and the slots that have it. */
  readonly excluded: Float64Array;
  readonly excludedSlots: readonly number[];
  /** See `SelfTimes`; `charged` is empty without them. */
  readonly use: Float64Array;
  readonly charged: readonly ChargedUse[];
  readonly boundary: Float64Array;
}

/** The fold in TypeScript, on any sampler. */
export class JsFold implements Fold {
  private readonly slots: Float64Array;
  private readonly peaks: CallPeaks;
  /** By position in the pool. */
  private readonly calls: Float64Array[] = [];
  private readonly plan: FoldPlan;
  private readonly store: RowStore;
  private readonly use: Float64Array;
  private readonly charged: readonly ChargedUse[];
  private readonly chargedSlots: readonly number[];
  /** Peaks of the call that is being folded, in the order of the plan. */
  private readonly highest: Float64Array;

  constructor(
    private readonly sampler: Sampler,
    private readonly parts: FoldParts,
  ) {
    const { plan, store, use, charged } = parts;
    this.slots = sampler.slots;
    this.plan = plan;
    this.store = store;
    this.use = use;
    this.charged = charged;
    this.chargedSlots = charged.map(({ slot }) => slot);
    this.peaks = new CallPeaks(plan, this.slots);
    this.highest = new Float64Array(plan.peaks.length);
  }

  addCall(position: number, cells: Float64Array): void {
    this.calls[position] = cells;
    if (position === 0) this.peaks.open(0);
  }

  /** The store is asked for its cells each time. */
  moveRows(): void {}

  enter(): void {
    const { calls, slots, store } = this;
    const { deltaSlots } = this.plan;
    const { boundary } = this.parts;
    const row = boundary[BOUNDARY.row]!;
    const call = boundary[BOUNDARY.call]!;
    const position = call >> 1;
    const entry = calls[position]!;
    this.endAtWait();
    this.sampler.readEntry();
    this.exclude(this.parts.excludedSlots);
    this.charge();
    this.peaks.open(position);
    enterModules(entry, slots);
    const { cells } = store;
    const open = store.offset(row) + OPEN;
    // Nothing is called from here on, so that a call is entered whole or not at all.
    for (let i = 0; i < deltaSlots.length; i++) {
      const slot = deltaSlots[i]!;
      entry[slot] = slots[slot]!;
    }
    entry[CALL_COVERED] = 0;
    entry[CALL_COVERED + 1] = 0;
    entry[CALL_USE] = row + 1;
    cells[open]!++;
    // The first child to open starts the time that is not its parent's own.
    if ((call & 1) === 1) {
      const parent = calls[entry[CALL_PARENT]!]!;
      parent[CALL_SINCE] = slots[WALL]!;
      parent[CALL_SINCE + 1] = slots[CPU]!;
    }
  }

  discard(position: number): void {
    const { calls, store } = this;
    const call = calls[position]!;
    const use = call[CALL_USE]!;
    this.peaks.close(position);
    if (use === 0) return;
    store.cells[store.offset(use - 1) + OPEN]!--;
    call[CALL_USE] = 0;
  }

  exit(): void {
    const { boundary } = this.parts;
    const call = boundary[BOUNDARY.call]!;
    const innerClosed = boundary[BOUNDARY.innerClosed]!;
    const position = (call / EXIT_FLAGS) | 0;
    this.endAtWait();
    this.sampler.readExit();
    this.exclude(this.parts.excludedSlots);
    this.charge();
    this.peaks.note();
    this.fold(position, call & (EXIT_FLAGS - 1), innerClosed);
    try {
      this.peaks.close(position);
    } catch {
      // Out of stack. To throw would have the call folded again; its peaks go with the next use of the position.
    }
  }

  private fold(position: number, flags: number, innerClosed: number): void {
    const { calls, highest, plan, slots, store } = this;
    const call = calls[position]!;
    const use = call[CALL_USE]!;
    const row = (use < 0 ? -use : use) - 1;
    const hasChild = (flags & EXIT.hasChild) !== 0;
    this.readPeaks(position, highest);
    const bucket = store.durationCell(row, bucketOf(slots[WALL]! - call[WALL]!));
    const base = store.offset(row);
    // Until it is folded, its row may have only part of it.
    call[CALL_USE] = -1 - row;
    foldEntered(plan, call, { hasChild, innerClosed, ahead: 0 }, slots, highest, store.cells, base);
    // Nothing is called from here on, so that the row has all of the call.
    const { buckets, cells } = store;
    cells[base + OPEN]!--;
    cells[base + CALLS]!++;
    if ((flags & EXIT.failed) !== 0) cells[base + ERRORS]!++;
    if ((flags & EXIT.overlapped) !== 0) cells[base + OVERLAPPED]!++;
    if (buckets[bucket]! < MOST_COUNTED) buckets[bucket]!++;
    // This sample ends a time during which children of the parent were open.
    if ((flags & EXIT.isLastChild) !== 0) {
      const parent = calls[call[CALL_PARENT]!]!;
      const wallNs = slots[WALL]!;
      const cpuNs = slots[CPU]!;
      parent[CALL_COVERED]! += wallNs - parent[CALL_SINCE]!;
      parent[CALL_COVERED + 1]! += cpuNs - parent[CALL_SINCE + 1]!;
      parent[CALL_SINCE] = wallNs;
      parent[CALL_SINCE + 1] = cpuNs;
    }
    // Open children have this call as their parent until `OpenCalls` has passed them on.
    if (!hasChild) call[CALL_USE] = 0;
  }

  notePeaks(): void {
    this.peaks.note();
  }

  readPeaks(position: number, highest: Float64Array): void {
    this.peaks.highest(position, highest);
  }

  endAtWait(): void {
    const { charged, slots, use } = this;
    if (charged.length === 0 || use[0] === 0 || slots[WAITED_CELL] !== 1) return;
    this.exclude(this.chargedSlots);
    this.charge();
    use[0] = 0;
  }

  charge(): void {
    const { charged, slots, store, use } = this;
    if (charged.length === 0) return;
    const { cells } = store;
    const base = store.offset(use[0]!);
    for (let i = 0; i < charged.length; i++) {
      const { slot, column } = charged[i]!;
      const now = slots[slot]!;
      addTo(cells, base + column, now - use[1 + i]!);
      use[1 + i] = now;
    }
  }

  chargeUntilNow(): void {
    this.sampler.readThreadUse();
    this.exclude(this.chargedSlots);
    this.charge();
  }

  peakEntries(): number {
    return this.peaks.entries();
  }

  /** Takes what forced collections have cost so far out of the last sample, in slots that were read. */
  private exclude(read: readonly number[]): void {
    const { excludedSlots, excluded } = this.parts;
    if (excludedSlots.length === 0) return;
    for (const slot of read) this.slots[slot]! -= excluded[slot]!;
  }
}

/** Copies the cells of the modules that are loaded. */
function enterModules(entry: Float64Array, slots: Float64Array): void {
  const count = slots[MODULE_COUNT]!;
  entry[MODULE_COUNT] = count;
  for (let cell = SLOT_COUNT; cell < SLOT_COUNT + count; cell++) entry[cell] = slots[cell]!;
  const liveEnd = LIVE_CELLS + slots[LIVE_COUNT]!;
  for (let cell = LIVE_CELLS; cell < liveEnd; cell++) entry[cell] = slots[cell]!;
}

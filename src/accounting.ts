import { compileFolds, type FoldPlan, type PeakFold } from './fold-plan.js';
import { ForcedCollection } from './forced-collection.js';
import { bucketOf } from './histogram.js';
import { Float64Array, Set } from './host/intrinsics.js';
import { type LabelNode, Labels } from './labels.js';
import { GROUPS } from './metrics.js';
import { SLOT_COUNT, slotIndex } from './native/layout.js';
import type { Sampler } from './native/sampler.js';
import { type OpenCall, OpenCalls } from './open-calls.js';
import type { ProfilerSettings } from './options.js';
import { addTo, columnOf, MODULE_COLUMNS, RowStore, raiseTo } from './row-store.js';
import { hasSlices, SLICED, SLICED_SLOTS, Slices, sumSlices } from './slices.js';
import type { ClosedCall } from './stage-channels.js';
import { CALL_USE, PlainMemory, type StateMemory } from './state-memory.js';

const WALL = slotIndex.wall_ns;
const CPU = slotIndex.process_cpu_ns;
const RSS = slotIndex.rss_bytes;
const MODULE_COUNT = slotIndex.module_count;

const CALLS = columnOf('calls');
const ERRORS = columnOf('errors');
const OPEN = columnOf('open');
const OVERLAPPED = columnOf('overlapped_calls');
const WALL_MAX = columnOf('wall_max_s');
const WALL_SELF = columnOf('wall_self_s');
const CPU_SELF = columnOf('cpu_self_s');
const RETAINED = columnOf('js_kb_retained');
const INNER_STAGES = columnOf('inner_stages');

/** Made from slices, where there are any, and not from the ends of calls. */
const SUMMED: ReadonlySet<string> = new Set(SLICED.flatMap(({ whole }) => whole ?? []));
const NONE: ReadonlySet<string> = new Set();

/** Peak entries tolerated per open call before those no window can ask for are removed. */
const PEAK_SLACK = 32;

/** Wall and process CPU time in nanoseconds; NaN where not measured. */
export interface Elapsed {
  readonly wallNs: number;
  readonly cpuNs: number;
}

export interface Totals {
  readonly total: Elapsed;
  /** The part during which no call was open. */
  readonly outside: Elapsed;
  /** Resident set now; NaN where not measured. */
  readonly rssBytes: number;
  /** What this thread has used, in the order of `SLICED`; null where it is not charged by slices. */
  readonly slices: readonly SliceTotal[] | null;
}

/** A slot of a slice; NaN where not measured. */
export interface SliceTotal {
  readonly total: number;
  /** The part used by code outside any stage. */
  readonly outside: number;
}

/**
 * Turns samples into rows: reads the sampler at both ends of each call and folds the difference into the row
 * of its label. Knows nothing of contexts, handles or promises.
 *
 * A call is opened in two steps, `open` and `enter`, so that all bookkeeping lies before the entry sample.
 */
export class Accounting {
  readonly store: RowStore;
  readonly labels: Labels;
  readonly calls: OpenCalls;
  /** Null where costs are charged by the ends of calls alone. */
  readonly slices: Slices | null;
  private readonly plan: FoldPlan;
  private readonly slots: Float64Array;
  private readonly start: Float64Array;
  private readonly collection: ForcedCollection | null;
  private readonly measuresCpu: boolean;
  private readonly tracksPeaks: boolean;

  /** @param canSlice whether changes of the running stage are told to `slices` */
  constructor(
    private readonly sampler: Sampler,
    settings: ProfilerSettings,
    canSlice = false,
    memory: StateMemory = new PlainMemory(),
  ) {
    this.store = new RowStore(memory);
    this.labels = new Labels((path) => this.store.addRow(path), settings.maxLabels, memory.counts);
    this.calls = new OpenCalls(this.labels.root, memory);
    this.slots = sampler.slots;
    this.measuresCpu = settings.sampler.cpu;
    this.collection =
      settings.collect === 'none' ? null : new ForcedCollection(sampler, settings.collect, () => this.readPeaks());
    sampler.readEntry();
    this.start = Float64Array.from(this.slots);
    this.calls.outside.entry.set(this.start);
    const { collection } = this;
    this.slices =
      canSlice && hasSlices(this.slots)
        ? new Slices(sampler, this.store, this.labels.root, collection && ((slots) => collection.exclude(slots)))
        : null;
    const measured = new Set(GROUPS.filter((group) => group === 'time' || settings.sampler[group]));
    this.plan = compileFolds(measured, this.slices === null ? NONE : SUMMED);
    this.tracksPeaks = this.plan.peaks.length > 0;
    for (const peak of this.plan.peaks) openPeak(peak, this.calls.now, this.slots);
  }

  /** Opens a call of `node` under an open call. Its clocks start with `enter`. */
  open(node: LabelNode, parent: OpenCall): OpenCall {
    if (this.slices !== null) this.slices.endAtWait();
    // Collected before the call is there: what the heap held until then is not in the call's peak.
    const used = this.collection?.atEntry(parent);
    const call = this.calls.open(node, parent);
    if (used !== undefined) this.collection?.hold(call, used);
    this.store.cells[this.store.offset(node.row) + OPEN]!++;
    return call;
  }

  /** Takes the entry sample of a call just opened. */
  enter(call: OpenCall): void {
    const { slots } = this;
    const { entry } = call;
    const { deltaSlots } = this.plan;
    this.sampler.readEntry();
    if (this.collection !== null) this.collection.exclude();
    if (this.slices !== null) this.slices.charge();
    call.entered = true;
    for (let i = 0; i < deltaSlots.length; i++) {
      const slot = deltaSlots[i]!;
      entry[slot] = slots[slot]!;
    }
    enterModules(entry, slots);
    entry[CALL_USE] = call.node.row + 1;
    // The first child to open starts the time that is not its parent's own.
    if (call.parent!.children === 1) {
      const since = call.parent!.coveredSince;
      since[0] = slots[WALL]!;
      since[1] = slots[CPU]!;
    }
    if (this.tracksPeaks) this.openPeaks(call);
  }

  /** Takes out a call that was not entered: it has used nothing. */
  private discard(call: OpenCall): void {
    const { cells } = this.store;
    cells[this.store.offset(call.node.row) + OPEN]!--;
    this.calls.close(call);
  }

  /**
   * Ends a call that an error has left open, and inside it those the same error left open: out of stack, the
   * profiler's own steps fail too.
   *
   * @param closed takes the calls that were entered, in the order in which they closed
   */
  abandon(call: OpenCall, closed: ClosedCall[] | null): void {
    for (const left of this.calls.synchronousSince(call.moment)) {
      if (left.entered) this.finish(left, true, closed);
      else this.discard(left);
    }
  }

  /** The clocks at the start, and what else the first sample held. */
  get startSample(): Float64Array {
    return this.start;
  }

  /**
   * Takes the exit sample of an open call, folds it into its row and closes it.
   *
   * @param closed takes the call; null where nobody asks
   */
  finish(call: OpenCall, failed: boolean, closed: ClosedCall[] | null): void {
    if (this.slices !== null) this.slices.endAtWait();
    this.sampler.readExit();
    if (this.collection !== null) this.collection.exclude();
    if (this.slices !== null) this.slices.charge();
    const { calls, slots, store } = this;
    if (this.tracksPeaks) this.readPeaks();
    const { row } = call.node;
    // Until the call is closed, its row has only part of it.
    call.entry[CALL_USE] = -1 - row;
    this.fold(call, store);
    const { cells } = store;
    const base = store.offset(row);
    cells[base + OPEN]!--;
    cells[base + CALLS]!++;
    if (failed) cells[base + ERRORS]!++;
    if (calls.isOverlapped(call)) cells[base + OVERLAPPED]!++;
    store.countDuration(row, bucketOf(slots[WALL]! - call.entry[WALL]!));
    if (this.tracksPeaks) this.forgetWindow(call);
    if (closed !== null) closed.push(this.closedCall(call, failed));

    const parent = call.parent!;
    calls.close(call);
    if (parent.children === 0) this.cover(parent);
    if (this.collection !== null) addTo(cells, base + RETAINED, this.collection.atExit(call));
  }

  /**
   * Reads the sampler outside of any boundary and sums up what has passed since the profiler was made.
   * Time that forced collections took belongs to no call: it is part of the total and of what lies outside.
   */
  measureTotals(): Totals {
    const { sampler, slots, start } = this;
    const { covered, coveredSince, children } = this.calls.outside;
    this.slices?.endAtWait();
    sampler.readExit();
    this.readPeaks();
    const total: Elapsed = { wallNs: slots[WALL]! - start[WALL]!, cpuNs: slots[CPU]! - start[CPU]! };
    const used = SLICED_SLOTS.map((slot) => slots[slot]! - start[slot]!);
    let [coveredWall, coveredCpu] = covered as unknown as [number, number];
    this.collection?.exclude();
    this.slices?.charge();
    if (children > 0) {
      coveredWall += slots[WALL]! - coveredSince[0]!;
      coveredCpu += slots[CPU]! - coveredSince[1]!;
    }
    return {
      total,
      outside: { wallNs: total.wallNs - coveredWall, cpuNs: total.cpuNs - coveredCpu },
      rssBytes: slots[RSS]!,
      slices: this.slices && this.sliceTotals(this.slices, used),
    };
  }

  private sliceTotals(slices: Slices, used: readonly number[]): SliceTotal[] {
    const outside = slices.outside();
    return used.map((total, i) => ({
      total,
      outside: outside[i]! + (this.collection?.excludedFrom(SLICED_SLOTS[i]!) ?? 0),
    }));
  }

  /**
   * The rows as of the last sample, with what calls still open have used so far: a report made while stages run,
   * or of a run that was cut off, is as complete as one made at the end.
   */
  rowsWithOpenCalls(): RowStore {
    if (this.calls.length === 1 && this.slices === null) return this.store;
    const rows = this.store.clone();
    for (const call of this.calls.stages()) if (call.entered) this.fold(call, rows);
    if (this.slices !== null) sumSlices(this.labels.entered, rows);
    return rows;
  }

  /**
   * One row, of the whole life of the profiler as of the last sample: as if it was a call that ends there. Forced
   * collections are no more in it than in a call.
   */
  life(): RowStore {
    const { outside } = this.calls;
    const life = new RowStore();
    const row = life.addRow(this.labels.root.path);
    this.fold(outside, life);
    life.cells[life.offset(row) + CALLS]!++;
    life.countDuration(row, bucketOf(this.slots[WALL]! - outside.entry[WALL]!));
    this.slices?.addLife(life, row, outside.entry);
    return life;
  }

  /** Adds what a call has used, from its entry sample to the last sample, to the row of its label. */
  private fold(call: OpenCall, store: RowStore): void {
    const { slots } = this;
    const { deltaSlots, deltaColumns } = this.plan;
    const { entry } = call;
    const { cells } = store;
    const base = store.offset(call.node.row);
    for (let i = 0; i < deltaSlots.length; i++) {
      const slot = deltaSlots[i]!;
      addTo(cells, base + deltaColumns[i]!, slots[slot]! - entry[slot]!);
    }
    foldModules(entry, slots, cells, base + MODULE_COLUMNS);
    const wallNs = slots[WALL]! - entry[WALL]!;
    raiseTo(cells, base + WALL_MAX, wallNs);
    addTo(cells, base + WALL_SELF, wallNs - this.coveredNs(call, 0, WALL));
    if (this.measuresCpu) addTo(cells, base + CPU_SELF, slots[CPU]! - entry[CPU]! - this.coveredNs(call, 1, CPU));
    if (this.tracksPeaks) this.foldPeaks(call, cells, base);
    cells[base + INNER_STAGES]! += call.innerClosed;
  }

  /** What is told of a call that closes by the last sample. */
  private closedCall({ node, message, entry }: OpenCall, failed: boolean): ClosedCall {
    const endNs = this.slots[WALL]!;
    const wallNs = endNs - entry[WALL]!;
    return {
      label: node.path,
      opened: message,
      endNs: endNs + (this.collection?.excludedFrom(WALL) ?? 0),
      wallNs,
      failed,
    };
  }

  /** Ends, by the last sample, a time during which children of the call were open. */
  private cover({ covered, coveredSince }: OpenCall): void {
    const { slots } = this;
    covered[0]! += slots[WALL]! - coveredSince[0]!;
    covered[1]! += slots[CPU]! - coveredSince[1]!;
  }

  /** Time during which a child of the call was open, as of the last sample. */
  private coveredNs({ covered, coveredSince, children }: OpenCall, clock: 0 | 1, slot: number): number {
    return children === 0 ? covered[clock]! : covered[clock]! + this.slots[slot]! - coveredSince[clock]!;
  }

  private openPeaks({ moment }: OpenCall): void {
    for (const peak of this.plan.peaks) openPeak(peak, moment, this.slots);
  }

  private readPeaks(): void {
    const { now } = this.calls;
    for (const { stack, slot } of this.plan.peaks) stack.read(now, this.slots[slot]!);
  }

  private foldPeaks({ moment }: OpenCall, cells: Float64Array, base: number): void {
    for (const { stack, column } of this.plan.peaks) raiseTo(cells, base + column, stack.since(moment));
  }

  /** Removes from the stacks of peaks what only the window of a call about to close could ask for. */
  private forgetWindow(call: OpenCall): void {
    const { calls } = this;
    for (const { stack } of this.plan.peaks) {
      if (call.newer === null) stack.trim(call.older!.moment);
      else if (stack.length > 2 * calls.length + PEAK_SLACK) stack.compact(calls.moments());
    }
  }
}

/** Keeps the cells of modules that there are. */
function enterModules(entry: Float64Array, slots: Float64Array): void {
  const count = slots[MODULE_COUNT]!;
  entry[MODULE_COUNT] = count;
  for (let cell = SLOT_COUNT; cell < SLOT_COUNT + count; cell++) entry[cell] = slots[cell]!;
}

/** Adds what modules have allocated since the entry; those loaded since then began at zero. */
function foldModules(entry: Float64Array, slots: Float64Array, cells: Float64Array, firstCell: number): void {
  const count = slots[MODULE_COUNT]!;
  const countAtEntry = entry[MODULE_COUNT]!;
  for (let module = 0; module < count; module++) {
    const before = module < countAtEntry ? entry[SLOT_COUNT + module]! : 0;
    cells[firstCell + module]! += slots[SLOT_COUNT + module]! - before;
  }
}

/** Opens the window of a call by its entry sample. */
function openPeak({ stack, slot, levelSlot }: PeakFold, moment: number, slots: Float64Array): void {
  const highest = slots[slot]!;
  if (highest !== highest) return;
  // What peaked before the entry is the matter of the calls around this one.
  stack.read(moment - 1, highest);
  stack.open(moment, slots[levelSlot]!);
}

import { Float64Array, Number, Set } from '../host/intrinsics.js';
import type { ThreadUse } from '../model/exact-use.js';
import { bucketOf } from '../model/histogram.js';
import { GROUPS } from '../model/metrics.js';
import type { ProfilerSettings } from '../model/options.js';
import { SLOT_COUNT, slotIndex } from '../model/sample-layout.js';
import type { Sampler } from '../model/sampler.js';
import type { ClosedCall } from '../model/stage-message.js';
import { type LabelNode, Labels } from '../store/labels.js';
import { addTo, columnOf, MODULE_COLUMNS, MOST_COUNTED, RowStore } from '../store/row-store.js';
import { CALL_USE, PlainMemory, type StateMemory } from '../store/state-memory.js';
import { compileFolds, type FoldPlan, type PeakFold } from './fold-plan.js';
import { ForcedCollection } from './forced-collection.js';
import { removeHandle } from './handles.js';
import { CALL_STATE, type OpenCall, OpenCalls } from './open-calls.js';
import { hasThreadUse, SelfTimes, SUMMED_FIELDS, sumSelfTimes, THREAD_USE_SLOTS } from './self-times.js';

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

const notMeasured = Number.NaN;
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
  /** In the order of `EXACT_MEMBERS`, nanoseconds and bytes, NaN where not measured; null without self times. */
  readonly threadUse: readonly ThreadUse[] | null;
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
  readonly selfTimes: SelfTimes | null;
  private readonly plan: FoldPlan;
  private readonly slots: Float64Array;
  private readonly start: Float64Array;
  private readonly collection: ForcedCollection | null;
  private readonly measuresCpu: boolean;
  private readonly tracksPeaks: boolean;
  /** Peaks of the call that is being folded, in the order of the plan. */
  private readonly highest: Float64Array;

  /** @param tellsRunning whether `selfTimes` is told which stage runs */
  constructor(
    private readonly sampler: Sampler,
    settings: ProfilerSettings,
    tellsRunning = false,
    memory: StateMemory = new PlainMemory(),
  ) {
    this.store = new RowStore(memory);
    this.labels = new Labels((path) => this.store.addRow(path), settings.maxLabels, memory.counts);
    this.calls = new OpenCalls(this.labels.root, memory);
    this.slots = sampler.slots;
    this.measuresCpu = settings.sampler.cpu;
    this.collection =
      settings.collect === 'none'
        ? null
        : new ForcedCollection(sampler, settings.collect, memory.excluded, () => this.readPeaks());
    sampler.readEntry();
    this.start = Float64Array.from(this.slots);
    this.calls.outside.entry.set(this.start);
    const { collection } = this;
    this.selfTimes =
      tellsRunning && hasThreadUse(this.slots)
        ? new SelfTimes(sampler, this.store, this.labels.root, collection && ((slots) => collection.exclude(slots)))
        : null;
    const measured = new Set(GROUPS.filter((group) => group === 'time' || settings.sampler[group]));
    this.plan = compileFolds(measured, this.selfTimes === null ? NONE : SUMMED_FIELDS);
    this.tracksPeaks = this.plan.peaks.length > 0;
    this.highest = new Float64Array(this.plan.peaks.length);
    for (const peak of this.plan.peaks) openPeak(peak, this.calls.now, this.slots);
  }

  /** Opens a call of `node` under an open call. Its clocks start with `enter`. */
  open(node: LabelNode, parent: OpenCall): OpenCall {
    if (this.selfTimes !== null) this.selfTimes.endAtWait();
    // Collected before the call is there: what the heap held until then is not in the call's peak.
    const used = this.collection?.atEntry(parent);
    const cell = this.store.offset(node.row) + OPEN;
    const call = this.calls.open(node, parent);
    this.store.cells[cell]!++;
    if (used !== undefined) this.collection?.hold(call, used);
    return call;
  }

  /** Takes the entry sample of a call just opened. */
  enter(call: OpenCall): void {
    const { slots } = this;
    const { entry } = call;
    const { deltaSlots } = this.plan;
    this.sampler.readEntry();
    if (this.collection !== null) this.collection.exclude();
    if (this.selfTimes !== null) this.selfTimes.charge();
    if (this.tracksPeaks) this.openPeaks(call);
    enterModules(entry, slots);
    // Nothing is called from here on, so that a call which was entered is entered whole.
    for (let i = 0; i < deltaSlots.length; i++) {
      const slot = deltaSlots[i]!;
      entry[slot] = slots[slot]!;
    }
    call.entered = true;
    entry[CALL_USE] = call.node.row + 1;
    // The first child to open starts the time that is not its parent's own.
    if (call.parent!.children === 1) {
      const since = call.parent!.coveredSince;
      since[0] = slots[WALL]!;
      since[1] = slots[CPU]!;
    }
  }

  /** Takes out a call whose opening failed: it has measured nothing. */
  private discard(call: OpenCall): void {
    const { cells } = this.store;
    const cell = this.store.offset(call.node.row) + OPEN;
    this.calls.close(call);
    cells[cell]!--;
  }

  /**
   * Ends the calls that their stages have left, the innermost first.
   *
   * @param closed takes those that had been entered, in the order in which they closed
   */
  takeOutLeft(closed: ClosedCall[] | null): void {
    for (const call of this.calls.left()) {
      if (call.handleIn !== null) removeHandle(call.handleIn, call);
      if (call.state === CALL_STATE.opening) this.discard(call);
      else this.finish(call, call.state === CALL_STATE.threw, closed);
    }
  }

  /** The clocks at the start, and what else the first sample held. */
  get startSample(): Float64Array {
    return this.start;
  }

  /**
   * Takes the exit sample of an open call, folds it into its row and closes it. Out of stack it fails in one of two
   * places, and done again it goes on from there: the row has none of the call, or all of it.
   *
   * @param closed takes the call; null where nobody asks
   */
  finish(call: OpenCall, failed: boolean, closed: ClosedCall[] | null): void {
    if (!call.folded) this.takeExit(call, failed, closed);
    const { parent } = call;
    this.calls.close(call);
    if (parent!.children === 0) {
      // Ends, by the last sample, a time during which children of the parent were open.
      const { slots } = this;
      const { covered, coveredSince } = parent!;
      covered[0]! += slots[WALL]! - coveredSince[0]!;
      covered[1]! += slots[CPU]! - coveredSince[1]!;
    }
    if (this.collection !== null) {
      addTo(this.store.cells, this.store.offset(call.node.row) + RETAINED, this.collection.atExit(call));
    }
  }

  private takeExit(call: OpenCall, failed: boolean, closed: ClosedCall[] | null): void {
    if (this.selfTimes !== null) this.selfTimes.endAtWait();
    this.sampler.readExit();
    if (this.collection !== null) this.collection.exclude();
    if (this.selfTimes !== null) this.selfTimes.charge();
    const { calls, slots, store } = this;
    if (this.tracksPeaks) this.readPeaks();
    const { row } = call.node;
    const isOverlapped = calls.isOverlapped(call);
    const bucket = store.durationCell(row, bucketOf(slots[WALL]! - call.entry[WALL]!));
    const told = closed === null ? null : this.closedCall(call, failed);
    const base = store.offset(row);
    // Until the call is closed, its row has only part of it.
    call.entry[CALL_USE] = -1 - row;
    this.fold(call, store);
    // Nothing is called from here on, so that the row has all of the call.
    const { cells, buckets } = store;
    cells[base + OPEN]!--;
    cells[base + CALLS]!++;
    if (failed) cells[base + ERRORS]!++;
    if (isOverlapped) cells[base + OVERLAPPED]!++;
    if (buckets[bucket]! < MOST_COUNTED) buckets[bucket]!++;
    call.folded = true;
    if (told !== null) closed!.push(told);
    if (this.tracksPeaks) this.forgetWindow(call);
  }

  /**
   * Reads the sampler outside of any boundary and sums up what has passed since the profiler was made.
   * Time that forced collections took belongs to no call: it is part of the total and of what lies outside.
   */
  measureTotals(): Totals {
    const { sampler, slots, start } = this;
    const { covered, coveredSince, children } = this.calls.outside;
    this.selfTimes?.endAtWait();
    sampler.readExit();
    this.readPeaks();
    const total: Elapsed = { wallNs: slots[WALL]! - start[WALL]!, cpuNs: slots[CPU]! - start[CPU]! };
    const used = THREAD_USE_SLOTS.map((slot) => slots[slot]! - start[slot]!);
    let [coveredWall, coveredCpu] = covered as unknown as [number, number];
    this.collection?.exclude();
    this.selfTimes?.charge();
    if (children > 0) {
      coveredWall += slots[WALL]! - coveredSince[0]!;
      coveredCpu += slots[CPU]! - coveredSince[1]!;
    }
    return {
      total,
      outside: { wallNs: total.wallNs - coveredWall, cpuNs: total.cpuNs - coveredCpu },
      rssBytes: slots[RSS]!,
      threadUse: this.selfTimes && this.threadUse(this.selfTimes, used),
    };
  }

  private threadUse(selfTimes: SelfTimes, used: readonly number[]): ThreadUse[] {
    const outside = selfTimes.outside();
    return used.map((total, i) => ({
      total,
      outside: outside[i]! + (this.collection?.excludedFrom(THREAD_USE_SLOTS[i]!) ?? 0),
    }));
  }

  /**
   * The rows as of the last sample, with what calls still open have used so far: a report made while stages run,
   * or of a run that was cut off, is as complete as one made at the end.
   */
  rowsWithOpenCalls(): RowStore {
    if (this.calls.length === 1 && this.selfTimes === null) return this.store;
    const rows = this.store.clone();
    for (const call of this.calls.stages()) if (call.entered) this.fold(call, rows);
    if (this.selfTimes !== null) sumSelfTimes(this.labels.entered, rows);
    return rows;
  }

  /**
   * One row for the whole run of the profiler, as if it were a call that ends with the last sample. Like a call, it has
   * nothing of forced collections.
   */
  wholeRun(): RowStore {
    const { outside } = this.calls;
    const rows = new RowStore();
    const row = rows.addRow(this.labels.root.path);
    this.fold(outside, rows);
    rows.cells[rows.offset(row) + CALLS]!++;
    rows.countDuration(row, bucketOf(this.slots[WALL]! - outside.entry[WALL]!));
    this.selfTimes?.addWholeRun(rows, row, outside.entry);
    return rows;
  }

  /** Adds what a call has used, from its entry sample to the last sample, to the row of its label: all, or nothing. */
  private fold(call: OpenCall, store: RowStore): void {
    const { slots } = this;
    const { deltaSlots, deltaColumns, peaks } = this.plan;
    const { entry } = call;
    const { cells } = store;
    const base = store.offset(call.node.row);
    const wallNs = slots[WALL]! - entry[WALL]!;
    const wallSelfNs = wallNs - this.coveredNs(call, 0, WALL);
    const cpuSelfNs = this.measuresCpu ? slots[CPU]! - entry[CPU]! - this.coveredNs(call, 1, CPU) : notMeasured;
    for (let i = 0; i < peaks.length; i++) this.highest[i] = peaks[i]!.stack.since(call.moment);

    // Nothing is called from here on. What was not measured is NaN, which is unlike itself, and changes nothing.
    for (let i = 0; i < deltaSlots.length; i++) {
      const slot = deltaSlots[i]!;
      const amount = slots[slot]! - entry[slot]!;
      if (amount !== amount) continue;
      const cell = base + deltaColumns[i]!;
      const before = cells[cell]!;
      cells[cell] = before === before ? before + amount : amount;
    }
    // Modules loaded since the entry began at zero.
    const count = slots[MODULE_COUNT]!;
    const countAtEntry = entry[MODULE_COUNT]!;
    for (let module = 0; module < count; module++) {
      const before = module < countAtEntry ? entry[SLOT_COUNT + module]! : 0;
      cells[base + MODULE_COLUMNS + module]! += slots[SLOT_COUNT + module]! - before;
    }
    if (!(cells[base + WALL_MAX]! >= wallNs)) cells[base + WALL_MAX] = wallNs;
    const wallSelf = cells[base + WALL_SELF]!;
    cells[base + WALL_SELF] = wallSelf === wallSelf ? wallSelf + wallSelfNs : wallSelfNs;
    if (cpuSelfNs === cpuSelfNs) {
      const cpuSelf = cells[base + CPU_SELF]!;
      cells[base + CPU_SELF] = cpuSelf === cpuSelf ? cpuSelf + cpuSelfNs : cpuSelfNs;
    }
    for (let i = 0; i < peaks.length; i++) {
      const value = this.highest[i]!;
      const cell = base + peaks[i]!.column;
      if (value === value && !(cells[cell]! >= value)) cells[cell] = value;
    }
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

  /** Time during which a child of the call was open, as of the last sample. */
  private coveredNs({ covered, coveredSince, children }: OpenCall, clock: 0 | 1, slot: number): number {
    return children === 0 ? covered[clock]! : covered[clock]! + this.slots[slot]! - coveredSince[clock]!;
  }

  private openPeaks({ moment }: OpenCall): void {
    const { peaks } = this.plan;
    for (let i = 0; i < peaks.length; i++) openPeak(peaks[i]!, moment, this.slots);
  }

  private readPeaks(): void {
    const { now } = this.calls;
    const { peaks } = this.plan;
    for (let i = 0; i < peaks.length; i++) {
      const { stack, slot } = peaks[i]!;
      stack.read(now, this.slots[slot]!);
    }
  }

  /** Removes from the stacks of peaks what only the window of a call about to close could ask for. */
  private forgetWindow(call: OpenCall): void {
    const { calls } = this;
    const { peaks } = this.plan;
    for (let i = 0; i < peaks.length; i++) {
      const { stack } = peaks[i]!;
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

/** Opens the window of a call by its entry sample. */
function openPeak({ stack, slot, levelSlot }: PeakFold, moment: number, slots: Float64Array): void {
  const highest = slots[slot]!;
  if (highest !== highest) return;
  // What peaked before the entry is the matter of the calls around this one.
  stack.read(moment - 1, highest);
  stack.open(moment, slots[levelSlot]!);
}

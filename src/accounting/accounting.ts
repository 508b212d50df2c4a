import { Float64Array, Number, Set } from '../host/intrinsics.js';
import { bucketOf } from '../model/histogram.js';
import { GROUPS } from '../model/metrics.js';
import type { ProfilerSettings } from '../model/options.js';
import { LIVE_CELLS, SLOT_COUNT, slotIndex } from '../model/sample-layout.js';
import type { Sampler } from '../model/sampler.js';
import type { ClosedCall } from '../model/stage-message.js';
import { type LabelNode, Labels } from '../store/labels.js';
import { addTo, columnOf, MOST_COUNTED, RowStore } from '../store/row-store.js';
import { CALL_USE, PlainMemory, type StateMemory } from '../store/state-memory.js';
import { CallPeaks } from './call-peaks.js';
import { coveredNs } from './covered-time.js';
import { foldCall, octaveCell } from './fold-call.js';
import { compileFolds, type FoldPlan } from './fold-plan.js';
import { ForcedCollection } from './forced-collection.js';
import type { OpenCall } from './open-call.js';
import { OpenCalls } from './open-calls.js';
import { hasThreadUse, SelfTimes, SUMMED_FIELDS } from './self-times.js';

const WALL = slotIndex.wall_ns;
const CPU = slotIndex.process_cpu_ns;
const MODULE_COUNT = slotIndex.module_count;
const LIVE_COUNT = slotIndex.live_module_count;

const CALLS = columnOf('calls');
const ERRORS = columnOf('errors');
const OPEN = columnOf('open');
const OVERLAPPED = columnOf('overlapped_calls');
const RETAINED = columnOf('js_kb_retained');
const INNER_STAGES = columnOf('inner_stages');

const notMeasured = Number.NaN;
const NONE: ReadonlySet<string> = new Set();

/**
 * Turns samples into rows: reads the sampler at both ends of each call and folds the difference into the row of its
 * label. Knows nothing of contexts, handles or promises. This is the hot path; `totals.ts` has what a report asks for.
 *
 * A call is opened in two steps, `open` and `enter`, so that all bookkeeping is done before the entry sample.
 */
export class Accounting {
  readonly store: RowStore;
  readonly labels: Labels;
  readonly calls: OpenCalls;
  /** Null where costs are charged by the ends of calls alone. */
  readonly selfTimes: SelfTimes | null;
  /** Null where nothing is collected. */
  readonly collection: ForcedCollection | null;
  readonly peaks: CallPeaks;
  /** The first sample. */
  readonly start: Float64Array;
  private readonly plan: FoldPlan;
  private readonly slots: Float64Array;
  private readonly measuresCpu: boolean;
  private readonly measuresRss: boolean;
  private readonly tracksPeaks: boolean;
  /** Peaks of the call that is being folded, in the order of the plan. */
  private readonly highest: Float64Array;

  /**
   * @param tellsRunning whether `selfTimes` is told which stage runs
   * @param callsBefore how many calls of a label this process had before; NaN where calls are not numbered
   */
  constructor(
    readonly sampler: Sampler,
    settings: ProfilerSettings,
    tellsRunning = false,
    memory: StateMemory = new PlainMemory(),
    callsBefore: (path: string) => number = () => 0,
  ) {
    this.store = new RowStore(memory);
    this.labels = new Labels((path) => this.store.addRow(path, callsBefore(path)), settings.maxLabels, memory.counts);
    this.calls = new OpenCalls(this.labels.root, memory);
    this.slots = sampler.slots;
    this.measuresCpu = settings.sampler.cpu;
    this.measuresRss = settings.sampler.rss;
    const { collect } = settings;
    const collection =
      collect === 'none'
        ? null
        : new ForcedCollection(sampler, collect, memory.excluded, () => this.peaks.read(this.calls.now));
    this.collection = collection;
    sampler.readEntry();
    this.start = Float64Array.from(this.slots);
    this.calls.outside.entry.set(this.start);
    this.selfTimes =
      tellsRunning && hasThreadUse(this.slots)
        ? new SelfTimes(sampler, this.store, this.labels.root, collection && ((slots) => collection.exclude(slots)))
        : null;
    const measured = new Set(GROUPS.filter((group) => group === 'time' || settings.sampler[group]));
    this.plan = compileFolds(measured, this.selfTimes === null ? NONE : SUMMED_FIELDS);
    this.highest = new Float64Array(this.plan.peaks.length);
    this.tracksPeaks = this.plan.peaks.length > 0;
    this.peaks = new CallPeaks(this.plan, this.slots);
    this.peaks.open(this.calls.now);
  }

  /** Opens a call of `node` under an open call. Its clocks start with `enter`. */
  open(node: LabelNode, parent: OpenCall): OpenCall {
    if (this.selfTimes !== null) this.selfTimes.endAtWait();
    // The collection comes before the call is opened: what the heap held until then is not in the call's peak.
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
    if (this.tracksPeaks) this.peaks.open(call.moment);
    enterModules(entry, slots);
    // Nothing is called from here on, so that a call is entered whole or not at all.
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
  discard(call: OpenCall): void {
    const { cells } = this.store;
    const cell = this.store.offset(call.node.row) + OPEN;
    this.calls.close(call);
    cells[cell]!--;
  }

  /**
   * Takes the exit sample of an open call, folds it into its row and closes it. Out of stack it fails in one of two
   * places, and goes on from there when it is called again: the row has nothing of the call, or all of it.
   *
   * @param closed takes the call; null where no subscriber asks for it
   */
  finish(call: OpenCall, failed: boolean, closed: ClosedCall[] | null): void {
    if (!call.folded) this.takeExit(call, failed, closed);
    const { parent } = call;
    this.calls.close(call);
    if (parent!.children === 0) {
      // The last sample ends a time during which children of the parent were open.
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
    if (this.tracksPeaks) this.peaks.read(calls.now);
    const { row } = call.node;
    const isOverlapped = calls.isOverlapped(call);
    const bucket = store.durationCell(row, bucketOf(slots[WALL]! - call.entry[WALL]!));
    const told = closed === null ? null : this.closedCall(call, failed);
    const base = store.offset(row);
    // Until the call is closed, its row may have only part of it.
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
    if (this.tracksPeaks) this.peaks.forget(call, calls);
  }

  /**
   * Adds what a call has used up to the last sample to the row of its label: all of it, or nothing.
   *
   * @param ahead how many open calls of its row were added before it
   */
  fold(call: OpenCall, store: RowStore, ahead = 0): void {
    const { highest, plan, slots } = this;
    const { covered, coveredSince, entry } = call;
    const { cells } = store;
    const base = store.offset(call.node.row);
    const hasChild = call.children > 0;
    const wallNs = slots[WALL]!;
    const cpuNs = slots[CPU]!;
    const wallSelfNs = wallNs - entry[WALL]! - coveredNs(covered[0]!, coveredSince[0]!, wallNs, hasChild);
    const cpuSelfNs = this.measuresCpu
      ? cpuNs - entry[CPU]! - coveredNs(covered[1]!, coveredSince[1]!, cpuNs, hasChild)
      : notMeasured;
    const { tracked } = this.peaks;
    for (let i = 0; i < tracked.length; i++) highest[i] = tracked[i]!.stack.since(call.moment);
    const octave = this.measuresRss ? octaveCell(cells, base, ahead) : -1;
    foldCall(plan, entry, slots, wallSelfNs, cpuSelfNs, highest, cells, base, octave);
    cells[base + INNER_STAGES]! += call.innerClosed;
  }

  /** What is told of a call that closes with the last sample. */
  private closedCall({ node, message, entry }: OpenCall, failed: boolean): ClosedCall {
    const endNs = this.slots[WALL]!;
    return {
      label: node.path,
      opened: message,
      endNs: endNs + (this.collection?.excludedFrom(WALL) ?? 0),
      wallNs: endNs - entry[WALL]!,
      failed,
    };
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

import { Float64Array, Set } from '../host/intrinsics.js';
import { BOUNDARY, BOUNDARY_CELLS, EXIT, EXIT_FLAGS, type Fold } from '../model/fold.js';
import { GROUPS } from '../model/metrics.js';
import type { ProfilerSettings } from '../model/options.js';
import { slotIndex } from '../model/sample-layout.js';
import type { Sampler } from '../model/sampler.js';
import type { ClosedCall } from '../model/stage-message.js';
import { type LabelNode, Labels } from '../store/labels.js';
import { addTo, columnOf, RowStore } from '../store/row-store.js';
import { PlainMemory, type StateMemory } from '../store/state-memory.js';
import { compileFolds, type FoldPlan, planNumbers } from './fold-plan.js';
import { FLOW_SLOTS, ForcedCollection } from './forced-collection.js';
import { JsFold } from './js-fold.js';
import type { OpenCall } from './open-call.js';
import { OpenCalls } from './open-calls.js';
import { CHARGED, hasThreadUse, SelfTimes, SUMMED_FIELDS } from './self-times.js';

// A member of what another module exports takes interpreted JS two loads more than a constant of this one.
const { row: ROW, call: CALL, innerClosed: INNER_CLOSED } = BOUNDARY;
const POSITION = EXIT_FLAGS;
const { hasChild: HAS_CHILD, isLastChild: IS_LAST_CHILD } = EXIT;

const WALL = slotIndex.wall_ns;
const RETAINED = columnOf('js_kb_retained');

const NONE: ReadonlySet<string> = new Set();

/**
 * Turns samples into rows: has the fold take a sample at both ends of each call and add the difference to the row of its
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
  readonly fold: Fold;
  readonly plan: FoldPlan;
  /** The first sample. */
  readonly start: Float64Array;
  /** The last sample. */
  readonly slots: Float64Array;
  /** What forced collections have cost so far, by slot. */
  readonly excluded: Float64Array;
  private readonly boundary = new Float64Array(BOUNDARY_CELLS);

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
    const addRow = (path: string): unknown => this.store.addRow(path, callsBefore(path));
    this.labels = new Labels(addRow, settings.maxLabels, memory.counts);
    this.calls = new OpenCalls(this.labels.root, memory, (position, cells) => {
      // The outermost call comes before the fold.
      if (position > 0) this.fold.addCall(position, cells);
    });
    this.slots = sampler.slots;
    this.excluded = memory.excluded;
    const { collect } = settings;
    this.collection =
      collect === 'none' ? null : new ForcedCollection(sampler, collect, memory.excluded, () => this.fold.notePeaks());
    sampler.readEntry();
    this.start = Float64Array.from(this.slots);
    this.calls.outside.entry.set(this.start);
    this.selfTimes =
      tellsRunning && hasThreadUse(this.slots)
        ? new SelfTimes(sampler, this.store, this.labels.root, () => this.fold)
        : null;
    const measured = new Set(GROUPS.filter((group) => group === 'time' || settings.sampler[group]));
    this.plan = compileFolds(measured, this.selfTimes === null ? NONE : SUMMED_FIELDS);
    this.fold = this.makeFold();
    this.fold.moveRows(this.store.cells);
    this.store.onMove = (cells) => this.fold.moveRows(cells);
    this.fold.addCall(0, this.calls.outside.entry);
  }

  private makeFold(): Fold {
    const { boundary, excluded, plan, sampler, store } = this;
    const excludedSlots = this.collection === null ? [] : FLOW_SLOTS;
    const charged = this.selfTimes === null ? [] : CHARGED;
    const use = this.selfTimes === null ? new Float64Array(1) : this.selfTimes.use;
    const request = { plan: planNumbers(plan, excludedSlots, charged), excluded, use, boundary };
    return (
      sampler.openFold(request) ?? new JsFold(sampler, { plan, store, excluded, excludedSlots, use, charged, boundary })
    );
  }

  /** Opens a call of `node` under an open call. Its clocks start with `enter`. */
  open(node: LabelNode, parent: OpenCall): OpenCall {
    if (this.collection === null) return this.calls.open(node, parent);
    if (this.selfTimes !== null) this.selfTimes.endAtWait();
    // The collection comes before the call is opened: what the heap held until then is not in the call's peak.
    const used = this.collection.atEntry(parent);
    const call = this.calls.open(node, parent);
    if (used !== undefined) this.collection.hold(call, used);
    return call;
  }

  /** Takes the entry sample of a call just opened. */
  enter(call: OpenCall): void {
    const { boundary } = this;
    boundary[ROW] = call.node.row;
    boundary[CALL] = call.parent!.children === 1 ? 2 * call.poolIndex + 1 : 2 * call.poolIndex;
    this.fold.enter();
  }

  /** Takes out a call whose opening failed: it has measured nothing. */
  discard(call: OpenCall): void {
    this.fold.discard(call.poolIndex);
    if (this.collection !== null) this.collection.forget(call);
    this.calls.close(call);
  }

  /**
   * Takes the exit sample of an open call, folds it into its row and closes it. Out of stack it fails in one of two
   * places, and goes on from there when it is called again: the row has nothing of the call, or all of it.
   *
   * @param closed takes the call; null where no subscriber asks for it
   * @param error what a call that failed is told to have thrown
   */
  finish(call: OpenCall, failed: boolean, closed: ClosedCall[] | null, error?: unknown): void {
    if (!call.folded) this.takeExit(call, failed, closed, error);
    this.calls.close(call);
    if (this.collection !== null) {
      addTo(this.store.cells, this.store.offset(call.node.row) + RETAINED, this.collection.atExit(call));
    }
  }

  private takeExit(call: OpenCall, failed: boolean, closed: ClosedCall[] | null, error: unknown): void {
    const { children, parent } = call;
    let flags = POSITION * call.poolIndex;
    if (failed) flags += EXIT.failed;
    if (children > 0) flags += HAS_CHILD;
    else if (parent!.children === 1) flags += IS_LAST_CHILD;
    if (this.calls.isOverlapped(call)) flags += EXIT.overlapped;
    const told = closed === null ? null : this.toldOf(call, failed, error);
    const { boundary } = this;
    boundary[CALL] = flags;
    boundary[INNER_CLOSED] = call.innerClosed;
    this.fold.exit();
    // Nothing is called from here on, so that the call is told of if its row has it.
    call.folded = true;
    if (told === null) return;
    const { slots } = this;
    told.endNs = slots[WALL]! + this.excluded[WALL]!;
    told.wallNs = slots[WALL]! - call.entry[WALL]!;
    closed![closed!.length] = told;
  }

  /** What is told of a call that is about to close; its times come with the last sample. */
  private toldOf(
    { node, message }: OpenCall,
    failed: boolean,
    error: unknown,
  ): { -readonly [M in keyof ClosedCall]: ClosedCall[M] } {
    return { label: node.path, opened: message, endNs: 0, wallNs: 0, failed, error };
  }
}

import { Set } from '../host/intrinsics.js';
import type { StageMessage } from '../model/stage-message.js';
import type { LabelNode } from '../store/labels.js';
import {
  CALL_COVERED,
  CALL_PARENT,
  CALL_SINCE,
  CALL_USE,
  PlainMemory,
  type StateMemory,
} from '../store/state-memory.js';

/** Moment of a place in the pool that holds no open call. */
const NEVER = -1;

/**
 * How far a call has come. Out of stack, or where the program has broken what the profiler uses, a step of the profiler
 * fails: a call that stays in a state other than `running` has been left by its stage, and is taken out by the next.
 */
export const CALL_STATE = {
  /** Its opening is not done: it has measured nothing. */
  opening: 0,
  running: 1,
  /** Its function has returned, or its handle ended. */
  returned: 2,
  /** Its function has thrown. */
  threw: 3,
} as const;

/** An async context, as far as a call knows it: `Frame`. */
export interface CallContext {
  /** Its innermost open handle. */
  handle: OpenCall | null;
}

export type CallState = (typeof CALL_STATE)[keyof typeof CALL_STATE];

/**
 * A call that is open, or a free place in the pool: calls are reused, so that opening and closing allocates
 * nothing. `moment` tells one use from the next.
 */
export class OpenCall {
  /** How many calls had been opened before it: its place in the order of opening. */
  moment = NEVER;
  node: LabelNode;
  /** The nearest ancestor that is still open; null for the outermost, `OpenCalls.outside`. */
  parent: OpenCall | null = null;
  /** All open calls in order of opening; `newer` also links the free places. */
  older: OpenCall | null = null;
  newer: OpenCall | null = null;
  /** The handles opened next before and next after it in the same async context. StageContext keeps them. */
  handleBelow: OpenCall | null = null;
  handleAbove: OpenCall | null = null;
  /** Of a handle; UsageWarnings keeps them. */
  openedInTurn = 0;
  isAcrossAwait = false;
  /** Open children. */
  children = 0;
  /** Whether its entry sample has been taken. */
  entered = false;
  state: CallState = CALL_STATE.opening;
  /** Whether its row has it, though the call itself is not taken out yet. */
  folded = false;
  /** Of the callback form: its async context, and the one its function was called in. */
  context: CallContext | null = null;
  caller: CallContext | null = null;
  /** Of a handle, as long as it is among those of its context. */
  handleIn: CallContext | null = null;
  /** Descendants that have closed. */
  innerClosed = 0;
  overlappedAtOpen = false;
  /** What subscribers were told when it opened; null where nobody listened. */
  message: StageMessage | null = null;
  /** Time during which a child was open: `[wall, process CPU]` in nanoseconds, and both clocks since when one is. */
  readonly covered: Float64Array;
  readonly coveredSince: Float64Array;

  /**
   * @param place where it is in the pool
   * @param entry the entry sample: slot values, where the plan of folds needs them, and the cells of `module_count`
   *   modules; then what a reader of a recorder needs to know of the call
   */
  constructor(
    node: LabelNode,
    readonly place: number,
    readonly entry: Float64Array,
  ) {
    this.node = node;
    this.covered = entry.subarray(CALL_COVERED, CALL_COVERED + 2);
    this.coveredSince = entry.subarray(CALL_SINCE, CALL_SINCE + 2);
  }
}

/**
 * The calls that are open now, as a tree.
 *
 * A call's parent is always its nearest ancestor that is still open: where a call closes before its children
 * do, these pass to its parent. The order of opening is how overlap is found: a call opened during x is either
 * a descendant of x, or overlaps x.
 */
export class OpenCalls {
  /** Open as long as the profiler is: time outside any stage is its own. */
  readonly outside: OpenCall;
  private free: OpenCall | null = null;
  private newest: OpenCall | null = null;
  private count = 0;
  private opened = 0;
  /** Children beyond the first, over all calls: 0 when the tree is a single path. */
  private branches = 0;
  /** Moment of the latest call that was opened beside others. */
  private lastOverlap = NEVER;

  private places = 0;

  constructor(
    root: LabelNode,
    private readonly memory: StateMemory = new PlainMemory(),
  ) {
    this.outside = this.take(root, null);
    this.outside.state = CALL_STATE.running;
    this.outside.entry[CALL_USE] = root.row + 1;
  }

  /** Calls opened so far: the present moment. */
  get now(): number {
    return this.opened;
  }

  /** Open calls, `outside` among them. */
  get length(): number {
    return this.count;
  }

  /** Moments of the open calls, rising. */
  *moments(): Iterable<number> {
    for (let call: OpenCall | null = this.outside; call !== null; call = call.newer) yield call.moment;
  }

  /** The open calls in order of opening, without `outside`. */
  *stages(): Iterable<OpenCall> {
    for (let call = this.outside.newer; call !== null; call = call.newer) yield call;
  }

  /** The calls that their stages have left, from the newest back; each may be closed. */
  *left(): Iterable<OpenCall> {
    for (let call = this.newest; call !== null && call !== this.outside; ) {
      const { older } = call;
      if (call.state !== CALL_STATE.running) yield call;
      call = older;
    }
  }

  /** Opens a call under an open parent. */
  open(node: LabelNode, parent: OpenCall): OpenCall {
    const call = this.take(node, parent);
    if (parent.children++ > 0) this.branches++;
    // Only on a single path, which ends in the parent, are all other open calls its ancestors.
    call.overlappedAtOpen = this.branches > 0;
    if (call.overlappedAtOpen) this.lastOverlap = call.moment;
    return call;
  }

  /** Whether a call that is neither ancestor nor descendant has been open during the call. */
  isOverlapped(call: OpenCall): boolean {
    if (call.overlappedAtOpen) return true;
    // Whatever overlaps this call was opened beside it.
    if (this.lastOverlap < call.moment) return false;
    const openedSince = this.opened - call.moment;
    return openedSince > call.innerClosed + openedInside(call);
  }

  /** Takes a call out. Its open children pass to its parent. Whole, or, out of stack, not at all. */
  close(call: OpenCall): void {
    const parent = call.parent!;
    const { older, newer, children } = call;
    let lost = 0;
    if (children > 0 || parent.children > 1) lost = branchesLost(parent.children, children);
    if (children > 0) passChildren(call, parent);

    // Nothing is called from here on, so that nothing can fail.
    this.branches -= lost;
    parent.children += children - 1;
    parent.innerClosed += call.innerClosed + 1;
    older!.newer = newer;
    if (newer !== null) newer.older = older;
    else this.newest = older;
    this.count--;

    call.moment = NEVER;
    call.entry[CALL_USE] = 0;
    call.message = null;
    call.newer = this.free;
    this.free = call;
  }

  private take(node: LabelNode, parent: OpenCall | null): OpenCall {
    const call = this.free ?? this.addPlace(node);
    // Nothing is called from here on, so that nothing can fail.
    if (this.free === call) {
      this.free = call.newer;
      call.node = node;
      call.children = 0;
      call.entered = false;
      call.state = CALL_STATE.opening;
      call.folded = false;
      call.innerClosed = 0;
      call.covered[0] = 0;
      call.covered[1] = 0;
    }
    // A place mostly has the parent it had before.
    if (call.parent !== parent) {
      call.parent = parent;
      call.entry[CALL_PARENT] = parent === null ? NEVER : parent.place;
    }
    call.moment = ++this.opened;
    this.count++;
    const { newest } = this;
    call.older = newest;
    call.newer = null;
    if (newest !== null) newest.newer = call;
    this.newest = call;
    return call;
  }

  private addPlace(node: LabelNode): OpenCall {
    const place = this.places++;
    return new OpenCall(node, place, this.memory.call(place));
  }
}

/** Time in nanoseconds during which a child of the call was open, up to `nowNs` of the same clock. */
export function coveredNs({ covered, coveredSince, children }: OpenCall, clock: 0 | 1, nowNs: number): number {
  return children === 0 ? covered[clock]! : covered[clock]! + nowNs - coveredSince[clock]!;
}

/** Children beyond the first that are no longer so when a call with `children` closes under `siblings` of its parent. */
function branchesLost(siblings: number, children: number): number {
  return beyondFirst(siblings) + beyondFirst(children) - beyondFirst(siblings - 1 + children);
}

function beyondFirst(children: number): number {
  return children > 1 ? children - 1 : 0;
}

/** Children are newer than their parent, and in most programs follow right after it. */
function passChildren(call: OpenCall, parent: OpenCall): void {
  let left = call.children;
  for (let { newer } = call; left > 0 && newer !== null; { newer } = newer) {
    if (newer.parent !== call) continue;
    newer.parent = parent;
    newer.entry[CALL_PARENT] = parent.place;
    left--;
  }
}

/** Descendants opened so far, counted over those still open. */
function openedInside(call: OpenCall): number {
  if (call.children === 0) return 0;
  const inside = new Set([call]);
  let count = 0;
  for (let { newer } = call; newer !== null; { newer } = newer) {
    // Every call is newer than its parent, so that one has been looked at.
    if (newer.parent === null || !inside.has(newer.parent)) continue;
    inside.add(newer);
    count += 1 + newer.innerClosed;
  }
  return count;
}

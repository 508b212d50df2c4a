import { type Float64Array, Set } from '../host/intrinsics.js';
import type { LabelNode } from '../store/labels.js';
import { CALL_PARENT, CALL_USE, PlainMemory, type StateMemory } from '../store/state-memory.js';
import { CALL_STATE, NEVER, OpenCall } from './open-call.js';

// A member of what another module exports takes interpreted JS two loads more than a constant of this one.
const OPENING = CALL_STATE.opening;

/**
 * The calls that are open now, as a tree.
 *
 * A call's parent is always its nearest ancestor that is still open: where a call closes before its children, they pass
 * to its parent. Overlap is found by the order of opening: a call opened during x is a descendant of x, or overlaps x.
 */
export class OpenCalls {
  /** Open as long as the profiler is: time outside any stage is its self time. */
  readonly outside: OpenCall;
  private free: OpenCall | null = null;
  private newest: OpenCall | null = null;
  private count = 0;
  private opened = 0;
  /** Children beyond the first, over all calls: 0 when the tree is a single path. */
  private branches = 0;
  /** Moment of the latest call that was opened beside others. */
  private lastOverlap = NEVER;

  /** Calls made so far, open or free. */
  private poolSize = 0;

  /** @param onCall is given the cells of each call that is added to the pool; more than once where a step failed */
  constructor(
    root: LabelNode,
    private readonly memory: StateMemory = new PlainMemory(),
    private readonly onCall: (position: number, cells: Float64Array) => void = () => {},
  ) {
    this.outside = this.take(root, null);
    this.outside.state = CALL_STATE.running;
    this.outside.entry[CALL_USE] = root.row + 1;
  }

  /** Open calls, `outside` among them. */
  get length(): number {
    return this.count;
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
    // On a single path, which ends in the parent, all other open calls are ancestors. On no other tree they are.
    call.overlappedAtOpen = this.branches > 0;
    if (call.overlappedAtOpen) this.lastOverlap = call.moment;
    return call;
  }

  /** Whether another call, neither ancestor nor descendant, has been open during this one. */
  isOverlapped(call: OpenCall): boolean {
    if (call.overlappedAtOpen) return true;
    // Whatever overlaps this call was opened beside it.
    if (this.lastOverlap < call.moment) return false;
    const openedSince = this.opened - call.moment;
    return openedSince > call.innerClosed + openedInside(call);
  }

  /** Takes a call out; its open children pass to its parent. Out of stack it fails before it has changed anything. */
  close(call: OpenCall): void {
    const parent = call.parent!;
    const { older, newer, children } = call;
    let lost = 0;
    if (children > 0 || parent.children > 1) lost = branchesLost(parent.children, children);
    if (children > 0) {
      passChildren(call, parent);
      // Without open children the fold has done this.
      call.entry[CALL_USE] = 0;
    }

    // Nothing is called from here on, so that nothing can fail.
    this.branches -= lost;
    parent.children += children - 1;
    parent.innerClosed += call.innerClosed + 1;
    older!.newer = newer;
    if (newer !== null) newer.older = older;
    else this.newest = older;
    this.count--;

    call.moment = NEVER;
    call.message = null;
    call.newer = this.free;
    this.free = call;
  }

  private take(node: LabelNode, parent: OpenCall | null): OpenCall {
    const call = this.free ?? this.addToPool(node);
    // Nothing is called from here on, so that nothing can fail.
    if (this.free === call) {
      this.free = call.newer;
      call.node = node;
      call.children = 0;
      call.state = OPENING;
      call.folded = false;
      call.innerClosed = 0;
    }
    // A reused call mostly has the parent it had before.
    if (call.parent !== parent) {
      call.parent = parent;
      call.entry[CALL_PARENT] = parent === null ? NEVER : parent.poolIndex;
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

  private addToPool(node: LabelNode): OpenCall {
    const { poolSize: poolIndex } = this;
    const cells = this.memory.call(poolIndex);
    const call = new OpenCall(node, poolIndex, cells);
    this.onCall(poolIndex, cells);
    // Last: out of stack, all of this is done again for the same position. None may be left out.
    this.poolSize = poolIndex + 1;
    return call;
  }
}

/**
 * By how many the children beyond the first become fewer, over all calls, when one of `siblings` closes that has
 * `children` itself.
 */
function branchesLost(siblings: number, children: number): number {
  return beyondFirst(siblings) + beyondFirst(children) - beyondFirst(siblings - 1 + children);
}

function beyondFirst(children: number): number {
  return children > 1 ? children - 1 : 0;
}

/** Children are newer than their parent, and in most programs come right after it in the order of opening. */
function passChildren(call: OpenCall, parent: OpenCall): void {
  let left = call.children;
  for (let { newer } = call; left > 0 && newer !== null; { newer } = newer) {
    if (newer.parent !== call) continue;
    newer.parent = parent;
    newer.entry[CALL_PARENT] = parent.poolIndex;
    left--;
  }
}

/** Descendants opened so far, as far as descendants that are still open tell of them. */
function openedInside(call: OpenCall): number {
  if (call.children === 0) return 0;
  const inside = new Set([call]);
  let count = 0;
  for (let { newer } = call; newer !== null; { newer } = newer) {
    // Every call is newer than its parent, which therefore has been looked at.
    if (newer.parent === null || !inside.has(newer.parent)) continue;
    inside.add(newer);
    count += 1 + newer.innerClosed;
  }
  return count;
}

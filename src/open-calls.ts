import type { LabelNode } from './labels.js';
import { SLOT_COUNT } from './native/layout.js';

/** Moment of a place in the pool that holds no open call. */
const NEVER = -1;

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
  firstChild: OpenCall | null = null;
  nextSibling: OpenCall | null = null;
  previousSibling: OpenCall | null = null;
  /** All open calls in order of opening; `newer` also links the free places. */
  older: OpenCall | null = null;
  newer: OpenCall | null = null;
  /** The handle that was innermost in the same async context before this one. StageContext keeps it. */
  handleBelow: OpenCall | null = null;
  /** Open ancestors. */
  depth = 0;
  /** Descendants that have closed. */
  innerClosed = 0;
  overlappedAtOpen = false;
  /** The entry sample: slot values, where the plan of folds needs them. */
  readonly entry = new Float64Array(SLOT_COUNT);
  /** Time during which a child was open: `[wall, process CPU]` in nanoseconds, and both clocks since when one is. */
  readonly covered = new Float64Array(2);
  readonly coveredSince = new Float64Array(2);

  constructor(node: LabelNode) {
    this.node = node;
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

  constructor(root: LabelNode) {
    this.outside = this.take(root, null);
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

  /** Opens a call under an open parent. */
  open(node: LabelNode, parent: OpenCall): OpenCall {
    const call = this.take(node, parent);
    const sibling = parent.firstChild;
    call.nextSibling = sibling;
    if (sibling !== null) sibling.previousSibling = call;
    parent.firstChild = call;
    return call;
  }

  /** Whether a call that is neither ancestor nor descendant has been open during the call. */
  isOverlapped(call: OpenCall): boolean {
    if (call.overlappedAtOpen) return true;
    const openedSince = this.opened - call.moment;
    if (call.firstChild === null) return openedSince > call.innerClosed;
    return openedSince > call.innerClosed + openedInside(call);
  }

  /** Takes a call out. Its open children pass to its parent. */
  close(call: OpenCall): void {
    const parent = call.parent!;
    if (call.firstChild !== null) passChildren(call, call.firstChild, parent);
    const { nextSibling, previousSibling, older, newer } = call;
    if (previousSibling !== null) previousSibling.nextSibling = nextSibling;
    else parent.firstChild = nextSibling;
    if (nextSibling !== null) nextSibling.previousSibling = previousSibling;
    parent.innerClosed += call.innerClosed + 1;

    older!.newer = newer;
    if (newer !== null) newer.older = older;
    else this.newest = older;
    this.count--;

    call.moment = NEVER;
    call.newer = this.free;
    this.free = call;
  }

  private take(node: LabelNode, parent: OpenCall | null): OpenCall {
    let call = this.free;
    if (call === null) call = new OpenCall(node);
    else {
      this.free = call.newer;
      call.node = node;
      call.firstChild = null;
      call.previousSibling = null;
      call.innerClosed = 0;
      call.covered[0] = 0;
      call.covered[1] = 0;
    }
    const depth = parent === null ? 0 : parent.depth + 1;
    call.parent = parent;
    call.depth = depth;
    call.moment = ++this.opened;
    // All open calls but its ancestors run beside it.
    call.overlappedAtOpen = this.count > depth;
    this.count++;
    const { newest } = this;
    call.older = newest;
    call.newer = null;
    if (newest !== null) newest.newer = call;
    this.newest = call;
    return call;
  }
}

function passChildren(call: OpenCall, first: OpenCall, parent: OpenCall): void {
  let last = first;
  for (let child: OpenCall | null = first; child !== null; child = child.nextSibling) {
    child.parent = parent;
    for (const inside of subtree(child)) inside.depth--;
    last = child;
  }
  const head = parent.firstChild!;
  last.nextSibling = head;
  head.previousSibling = last;
  parent.firstChild = first;
  call.firstChild = null;
}

/** Descendants opened so far, counted over those still open. */
function openedInside(call: OpenCall): number {
  let count = 0;
  for (const inside of subtree(call)) if (inside !== call) count += 1 + inside.innerClosed;
  return count;
}

/** A call and all that is open inside it. */
function* subtree(call: OpenCall): Iterable<OpenCall> {
  const pending = [call];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    yield next;
    for (let child = next.firstChild; child !== null; child = child.nextSibling) pending.push(child);
  }
}

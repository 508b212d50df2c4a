import { AsyncLocalStorage } from 'node:async_hooks';
import type { LabelNode } from './labels.js';
import type { OpenCall, OpenCalls } from './open-calls.js';

/**
 * One async context: a callback-form call and all that it starts, now or later. Handles opened in it stack up
 * on it, since between them only this context runs.
 */
export class Frame {
  /** Innermost open handle of this context. */
  handle: OpenCall | null = null;
  /** When the call was opened: its place in the pool may by now hold another. */
  private readonly moment: number;
  readonly node: LabelNode;
  /** What the call was opened under: a handle of `outer`, or the call of `outer` itself. */
  private readonly parent: OpenCall | null;
  private readonly parentMoment: number;

  constructor(
    readonly call: OpenCall,
    /** The frame it was opened in; null for the root. */
    readonly outer: Frame | null,
  ) {
    this.moment = call.moment;
    this.node = call.node;
    this.parent = call.parent;
    this.parentMoment = call.parent === null ? 0 : call.parent.moment;
  }

  /** Whether its call has ended, so that what it starts now is late. */
  get hasEnded(): boolean {
    return this.call.moment !== this.moment;
  }

  /**
   * The label whose code runs while this context does: that of the innermost open handle, else of the call, else,
   * the call having ended, of the nearest one that is open.
   */
  get running(): LabelNode {
    if (this.handle !== null) return this.handle.node;
    return this.hasEnded ? this.nearestOpen().node : this.node;
  }

  /** The open call under which a late stage belongs: the parent of the ended call, else one further out. */
  nearestOpen(): OpenCall {
    if (!this.hasEnded || this.outer === null) return this.call;
    const { parent } = this;
    return parent !== null && parent.moment === this.parentMoment ? parent : this.outer.nearestOpen();
  }
}

/** Where Node keeps the stores of a context that is not running. */
export interface ContextFrame {
  get(storage: AsyncLocalStorage<unknown>): unknown;
}

/**
 * Knows which stage is current: the innermost open handle of the running async context, else the
 * callback-form call that the context belongs to.
 */
export class StageContext {
  readonly root: Frame;
  /** Made by the first callback-form call: programs that use handles only never pay for async tracking. */
  private storage: AsyncLocalStorage<Frame> | null = null;

  constructor(calls: OpenCalls) {
    this.root = new Frame(calls.outside, null);
  }

  current(): Frame {
    return this.storage === null ? this.root : (this.storage.getStore() ?? this.root);
  }

  /** The same for a context that is about to run. */
  currentIn(frame: ContextFrame | undefined): Frame {
    return this.storage === null ? this.root : ((frame?.get(this.storage) as Frame | undefined) ?? this.root);
  }

  /** Runs `fn(call, argument)` in the async context of a callback-form call that was opened in `outer`. */
  run<A, T>(call: OpenCall, outer: Frame, fn: (call: OpenCall, argument: A) => T, argument: A): T {
    this.storage ??= new AsyncLocalStorage();
    // Not `outer` itself where its call has ended: a chain of contexts that outlive their call must not grow.
    let open = outer;
    while (open.hasEnded && open.outer !== null) open = open.outer;
    return this.storage.run(new Frame(call, open), fn, call, argument);
  }

  /** Stops following async contexts. */
  close(): void {
    this.storage?.disable();
    this.storage = null;
  }
}

export function pushHandle(frame: Frame, call: OpenCall): void {
  call.handleBelow = frame.handle;
  call.handleAbove = null;
  if (frame.handle !== null) frame.handle.handleAbove = call;
  frame.handle = call;
}

/** Takes a handle out of its frame; false when one opened after it is still open. */
export function removeHandle(frame: Frame, call: OpenCall): boolean {
  const { handleBelow: below, handleAbove: above } = call;
  if (below !== null) below.handleAbove = above;
  if (above !== null) above.handleBelow = below;
  else frame.handle = below;
  return above === null;
}

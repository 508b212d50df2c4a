import type { CallContext, OpenCall } from '../accounting/open-call.js';
import type { OpenCalls } from '../accounting/open-calls.js';
import { needStack } from '../host/stack-room.js';
import { AsyncLocalStorage } from '../host/tasks.js';
import type { LabelNode } from '../store/labels.js';

/**
 * One async context: a callback-form call and all that it starts, now or later. Handles that are opened in it are kept
 * in a list, since between them only this context runs.
 */
export class Frame implements CallContext {
  /** Innermost open handle of this context. */
  handle: OpenCall | null = null;
  left = false;
  /** When the call was opened: its object may by now stand for another call. */
  private readonly moment: number;
  readonly node: LabelNode;
  /** The call under which this one was opened, or one that is open further out: a handle of `outer`, or its call. */
  private parent: OpenCall | null;
  private parentMoment: number;

  /** @param outerFrame the frame it was opened in; null for the root */
  constructor(
    readonly call: OpenCall,
    private outerFrame: Frame | null,
  ) {
    this.moment = call.moment;
    this.node = call.node;
    this.parent = call.parent;
    this.parentMoment = call.parent === null ? 0 : call.parent.moment;
  }

  /** The frame it was opened in, or one further out; null for the root. */
  get outer(): Frame | null {
    return this.outerFrame;
  }

  /**
   * Leaves out frames around it whose calls have ended: its own call has passed to one further out. A stage that starts the
   * next before it ends would otherwise have all that came before it in its context. Its own call is open.
   */
  dropEnded(): void {
    const { outerFrame } = this;
    if (outerFrame === null || !outerFrame.hasEnded) return;
    this.outerFrame = outerFrame.nearestFrame();
    this.parent = this.call.parent;
    this.parentMoment = this.parent === null ? 0 : this.parent.moment;
  }

  /** This frame, or the nearest one further out whose call has not ended. */
  nearestFrame(): Frame {
    let frame: Frame = this;
    while (frame.hasEnded && frame.outerFrame !== null) frame = frame.outerFrame;
    return frame;
  }

  /** This frame, or the nearest one further out that is not left. */
  get notLeft(): Frame {
    let frame: Frame = this;
    while (frame.left && frame.outerFrame !== null) frame = frame.outerFrame;
    return frame;
  }

  /** Whether its call has ended. What it starts from then on is late. */
  get hasEnded(): boolean {
    return this.call.moment !== this.moment;
  }

  /**
   * The label whose code runs while this context does: the label of the innermost open handle, else of the call, else,
   * if the call has ended, of the nearest call that is open.
   */
  get running(): LabelNode {
    if (this.handle !== null) return this.handle.node;
    return this.hasEnded ? this.nearestOpen().node : this.node;
  }

  /** The open call to which a late stage belongs: the parent of the ended call, else a call further out. */
  nearestOpen(): OpenCall {
    if (this.call.moment === this.moment) return this.call;
    for (let frame: Frame = this; ; ) {
      const { call, outer, parent } = frame;
      if (call.moment === frame.moment || outer === null) return call;
      if (parent !== null && parent.moment === frame.parentMoment) return parent;
      frame = outer;
    }
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
  /** Made by the first callback-form call: a program that uses only handles never pays for async tracking. */
  private storage: AsyncLocalStorage<Frame> | null = null;

  constructor(calls: OpenCalls) {
    this.root = new Frame(calls.outside, null);
  }

  current(): Frame {
    return this.storage === null ? this.root : (this.storage.getStore() ?? this.root);
  }

  /** The current frame of a context that is about to run. */
  currentIn(frame: ContextFrame | undefined): Frame {
    return this.storage === null ? this.root : ((frame?.get(this.storage) as Frame | undefined) ?? this.root);
  }

  /**
   * Until `leave`, the async context is that of a callback-form call which was opened in `caller`. This does what
   * `AsyncLocalStorage.run` does, but without frames of its own on the stack, so that a program can recurse through
   * stages nearly as deep as without them.
   */
  enter(call: OpenCall, caller: Frame): Frame {
    if (this.storage === null) {
      // The first entry has Node follow async contexts. If that fails half-way, it is never done again.
      needStack();
      this.storage = new AsyncLocalStorage();
    }
    // A caller whose call has ended is left out: a chain of contexts that outlive their calls must not grow.
    const open = caller.nearestFrame();
    // Two frames out, since a stage that starts the next one ends a moment later.
    open.dropEnded();
    open.outer?.dropEnded();
    const frame = new Frame(call, open);
    this.storage.enterWith(frame);
    return frame;
  }

  /** Back to the context that `enter` was called in. */
  leave(caller: Frame): void {
    if (this.storage === null) return;
    // In the root there was no store, and there is none again.
    this.storage.enterWith((caller === this.root ? undefined : caller) as Frame);
  }

  /** Stops following async contexts. */
  close(): void {
    this.storage?.disable();
    this.storage = null;
  }
}

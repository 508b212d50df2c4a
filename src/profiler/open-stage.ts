import { CALL_STATE, type OpenCall } from '../accounting/open-call.js';
import { RangeError, Symbol } from '../host/intrinsics.js';
import type { Stage } from '../model/profiler.js';
import { type Fault, NOT_MEASURED, OF_THIS_THREAD, OUT_OF_STACK } from './unmeasured.js';

/** What ends the call of a handle: the profiling that opened it. */
export interface HandleOwner {
  readonly counts: Float64Array;
  hasLeft: boolean;
  endHandle(call: OpenCall): void;
}

/** The handle that a program has of an open call. */
export class OpenStage implements Stage {
  readonly label: string;
  /** @internal */
  readonly thread = OF_THIS_THREAD;
  /** Null once the handle has been ended. */
  #owner: HandleOwner | null;
  readonly #call: OpenCall;

  constructor(owner: HandleOwner, call: OpenCall) {
    this.label = call.node.path;
    this.#owner = owner;
    this.#call = call;
  }

  /** The `catch` block calls nothing, since out of stack no call is possible. */
  end(): void {
    const owner = this.#owner;
    if (owner === null) return;
    this.#owner = null;
    try {
      owner.endHandle(this.#call);
    } catch (fault) {
      this.#call.state = CALL_STATE.returned;
      owner.hasLeft = true;
      owner.counts[(fault as Fault)?.constructor === RangeError ? OUT_OF_STACK : NOT_MEASURED]!++;
    }
  }

  [Symbol.dispose](): void {
    this.end();
  }
}

import type { Accounting } from '../accounting/accounting.js';
import { CALL_STATE, type OpenCall } from '../accounting/open-call.js';
import type { Frame, StageContext } from '../attribution/context.js';
import { removeHandle } from '../attribution/handles.js';
import type { ClosedCall } from '../model/stage-message.js';

/** The calls that their stages have left: a step of the profiler failed, most often because the stack was full. */
export class LeftCalls {
  constructor(
    private readonly accounting: Accounting,
    private readonly context: StageContext,
  ) {}

  /** Takes them out, and leaves the contexts of those calls. Where that fails, it goes on when it is called again. */
  takeOut(closed: ClosedCall[] | null): void {
    const current = this.context.current();
    let frame = current;
    while (frame.outer !== null && (frame.left || isLeftOpen(frame))) frame = frame.outer;
    if (frame !== current) this.context.leave(frame);
    for (const left of this.accounting.calls.left()) this.end(left, closed);
  }

  private end(call: OpenCall, closed: ClosedCall[] | null): void {
    const context = call.context as Frame | null;
    // A handle has no context: what stands here is left from an earlier use of the object.
    if (context !== null && context.call === call && isLeftOpen(context)) context.left = true;
    if (call.handleIn !== null) removeHandle(call.handleIn, call);
    if (call.state === CALL_STATE.opening) this.accounting.discard(call);
    else this.accounting.finish(call, call.state === CALL_STATE.threw, closed, call.thrown);
    call.thrown = undefined;
  }
}

/** Whether the call of a context is open, and its stage has left it. */
function isLeftOpen(frame: Frame): boolean {
  return !frame.hasEnded && frame.call.state !== CALL_STATE.running;
}

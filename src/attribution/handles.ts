import type { CallContext, OpenCall } from '../accounting/open-call.js';

/**
 * The open handles of an async context are a list: `frame.handle` is the innermost, `handleBelow` the one around it.
 */

export function pushHandle(frame: CallContext, call: OpenCall): void {
  call.handleBelow = frame.handle;
  call.handleAbove = null;
  call.handleIn = frame;
  if (frame.handle !== null) frame.handle.handleAbove = call;
  frame.handle = call;
}

/** Takes a handle out of its context; false when one that was opened after it is still open. */
export function removeHandle(frame: CallContext, call: OpenCall): boolean {
  const { handleBelow: below, handleAbove: above } = call;
  if (below !== null) below.handleAbove = above;
  if (above !== null) above.handleBelow = below;
  else frame.handle = below;
  call.handleIn = null;
  return above === null;
}

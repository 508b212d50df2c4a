import { threadStartNs } from '../host/clock.js';
import { Object } from '../host/intrinsics.js';
import { hasStack } from '../host/stack-room.js';
import { channel, setImmediate } from '../host/tasks.js';
import type { Profiler } from '../model/profiler.js';
import type { ClosedCall, StageMessage } from '../model/stage-message.js';

export const OPEN_CHANNEL = 'stageprof:stage:open';
export const CLOSE_CHANNEL = 'stageprof:stage:close';

/** Kept here: where nobody listens, a stage pays for asking them for subscribers, and for nothing else. */
export const stageOpen = channel(OPEN_CHANNEL);
export const stageClose = channel(CLOSE_CHANNEL);

type Writable<T> = { -readonly [Member in keyof T]: T[Member] };

/** True also while a subscriber runs: stages that it opens are not announced, or it would call itself for ever. */
let isAnnouncing = false;

// A program may recurse until there is no stack, and catch the error. Subscribers would then run out of stack too, and
// Node would raise what they throw as an error that nobody catches. So they are asked where there is enough for them.

/** Whether a subscriber is at work, whose own stages are not told. */
export function isTelling(): boolean {
  return isAnnouncing;
}

/** Tells subscribers of a call that is about to be opened; null where they are not told. */
export function announceOpen(label: string, profiler: Profiler, parent: StageMessage | null): StageMessage | null {
  if (isAnnouncing || !hasStack()) return null;
  const message: StageMessage = { label, profiler, parent, startMs: null, wallNs: null, failed: null };
  publish(stageOpen, message);
  return message;
}

/**
 * Tells subscribers of calls that have closed, in the order of closing.
 *
 * @param untold is empty afterwards, unless they are told later
 */
export function announceClose(untold: ClosedCall[], profiler: Profiler): void {
  if (!hasStack()) {
    setImmediate(() => announceClose(untold, profiler));
    return;
  }
  for (const { label, opened, endNs, wallNs, failed, error } of untold.splice(0)) {
    const message: Writable<StageMessage> = writable(opened) ?? {
      label,
      profiler,
      parent: null,
      startMs: null,
      wallNs: null,
      failed: null,
    };
    message.startMs = (endNs - wallNs - threadStartNs) / 1e6;
    message.wallNs = wallNs;
    message.failed = failed;
    if (failed) message.error = error;
    publish(stageClose, message);
  }
}

/** The message; or, where a subscriber has frozen it, a copy. */
function writable(message: StageMessage | null): Writable<StageMessage> | null {
  return message !== null && Object.isFrozen(message) ? { ...message } : message;
}

/** An error of a subscriber never reaches the stage: Node raises it as an uncaught exception after this turn. */
function publish(to: typeof stageOpen, message: StageMessage): void {
  isAnnouncing = true;
  try {
    to.publish(message);
  } finally {
    isAnnouncing = false;
  }
}

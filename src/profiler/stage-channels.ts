import { threadStartNs } from '../host/clock.js';
import { Object } from '../host/intrinsics.js';
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

/** Tells subscribers of a call that is about to be opened; null where they are not told. */
export function announceOpen(label: string, profiler: Profiler, parent: StageMessage | null): StageMessage | null {
  if (isAnnouncing || !hasStack()) return null;
  const message: StageMessage = { label, profiler, parent, startMs: null, wallNs: null, failed: null };
  publish(stageOpen, message);
  return message;
}

/** Tells subscribers of calls that have closed, in the order of closing. */
export function announceClose(calls: readonly ClosedCall[], profiler: Profiler, error: unknown): void {
  if (isAnnouncing) return;
  if (!hasStack()) {
    setImmediate(() => announceClose(calls, profiler, error));
    return;
  }
  for (const { label, opened, endNs, wallNs, failed } of calls) {
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

/** So many frames of the smallest size are left to a subscriber, some 20 KiB in all. */
const FRAMES = 256;

function descend(frames: number): number {
  return frames === 0 ? 0 : descend(frames - 1) + 1;
}

/**
 * Whether there is enough stack for subscribers. A program may recurse until there is none, and catch the error.
 * Subscribers would then run out of stack too, and Node would raise what they throw as an error that nobody catches.
 */
function hasStack(): boolean {
  try {
    return descend(FRAMES) === FRAMES;
  } catch {
    return false;
  }
}

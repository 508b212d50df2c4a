import { threadStartNs } from '../host/clock.js';
import { Object } from '../host/intrinsics.js';
import { channel, setImmediate } from '../host/tasks.js';
import type { Profiler } from '../model/profiler.js';
import type { ClosedCall, StageMessage } from '../model/stage-message.js';

export const OPEN_CHANNEL = 'stageprof:stage:open';
export const CLOSE_CHANNEL = 'stageprof:stage:close';

/** Held here: where nobody listens, asking them for subscribers is all that a stage pays. */
export const stageOpen = channel(OPEN_CHANNEL);
export const stageClose = channel(CLOSE_CHANNEL);

type Writable<T> = { -readonly [Member in keyof T]: T[Member] };

/** Also while a subscriber runs: stages of its own are not announced, or one that has any would never come back. */
let isAnnouncing = false;

/** Tells of a call that is about to be opened; null where it is not told. */
export function announceOpen(label: string, profiler: Profiler, parent: StageMessage | null): StageMessage | null {
  if (isAnnouncing || !hasStack()) return null;
  const message: StageMessage = { label, profiler, parent, startMs: null, wallNs: null, failed: null };
  publish(stageOpen, message);
  return message;
}

/** Tells of calls that have closed, in the order in which they did. */
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

/** A copy of a message that a subscriber has frozen. */
function writable(message: StageMessage | null): Writable<StageMessage> | null {
  return message !== null && Object.isFrozen(message) ? { ...message } : message;
}

/** Runs what opens stages that are not the program's. */
export function unannounced<T>(fn: () => T): T {
  const before = isAnnouncing;
  isAnnouncing = true;
  try {
    return fn();
  } finally {
    isAnnouncing = before;
  }
}

/** What a subscriber throws, Node raises as an uncaught exception once this turn is done, never in the stage. */
function publish(to: typeof stageOpen, message: StageMessage): void {
  isAnnouncing = true;
  try {
    to.publish(message);
  } finally {
    isAnnouncing = false;
  }
}

/** Frames of the least size, some 20 KiB in all, that a subscriber is left. */
const FRAMES = 256;

function descend(frames: number): number {
  return frames === 0 ? 0 : descend(frames - 1) + 1;
}

/**
 * Whether there is stack for subscribers. Where a program recurses until there is none, and copes, they would run out
 * of it as well; and Node makes of what they throw an error with which nobody copes.
 */
function hasStack(): boolean {
  try {
    return descend(FRAMES) === FRAMES;
  } catch {
    return false;
  }
}

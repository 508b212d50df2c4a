import { setTimeout as delay } from 'node:timers/promises';
import { namesIn } from '../os/read-if-possible.js';
import type { TrackerSlots } from './agent-messages.js';

/** What is there again as it was before. */
export interface Afterwards {
  readonly isThere: boolean;
  readonly wasOpen: boolean;
  readonly isClosed: boolean;
  /** Whether another attach, which is at work, closes the inspector. */
  readonly isLeftToOther: boolean;
  readonly slots: TrackerSlots | null;
  readonly threads: readonly [before: number, after: number];
  readonly descriptors: readonly [before: number, after: number];
  readonly faults: readonly string[];
}

export interface Counts {
  readonly threads: number;
  readonly descriptors: number;
}

export function countsOf(pid: number): Counts {
  return { threads: namesIn(`/proc/${pid}/task`).length, descriptors: namesIn(`/proc/${pid}/fd`).length };
}

const SETTLED_WITHIN_MS = 1000;

/** The thread of the inspector ends a moment after its port is closed. */
export async function settled(pid: number, before: Counts): Promise<Pick<Afterwards, 'threads' | 'descriptors'>> {
  const begun = performance.now();
  let now = countsOf(pid);
  while (
    (now.threads > before.threads || now.descriptors > before.descriptors) &&
    performance.now() - begun < SETTLED_WITHIN_MS
  ) {
    await delay(20);
    now = countsOf(pid);
  }
  return { threads: [before.threads, now.threads], descriptors: [before.descriptors, now.descriptors] };
}

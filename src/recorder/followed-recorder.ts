import { statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { findRecorder } from './find.js';
import { processNamed, readRecordingAt, recorderOfProcess } from './open-recording.js';
import { type Postmortem, postmortemOf } from './postmortem.js';
import type { Recording } from './reader.js';
import { withThreadsBeside } from './thread-recorders.js';

/** How long a worker of `map` may take from one input to the next, and how often it is looked at meanwhile. */
const NEXT_WITHIN_MS = 1000;
const NEXT_POLL_MS = 20;

/**
 * What the recorder of a process has, once an interval, until the process ends or nobody reads any more. A process
 * that makes one recorder after another is followed from each to the next.
 *
 * @param target a process id or a file
 * @param unread aborted when nobody reads any more
 * @throws {UsageError} where there is no recorder that can be read
 */
export async function* followRecorder(
  target: string,
  intervalMs: number,
  unread: AbortSignal,
): AsyncGenerator<Postmortem, void> {
  const pid = processNamed(target);
  // Without an open recorder a last look finds one that was kept when it was closed, or gives the message for none.
  let path = pid === null ? target : ((await awaitNextRecorder(pid)) ?? recorderOfProcess(pid));
  let recording = pid === null ? readRecordingAt(path) : readUnlessRemoved(path);
  for (;;) {
    const found = recording === null ? null : withThreadsBeside(postmortemOf(recording), path);
    if (found !== null) yield found;
    if (found !== null && isLive(found)) {
      await delay(intervalMs, undefined, { signal: unread }).catch(() => {});
    } else {
      // A recorder is closed and removed with its profiler. Unless there is a next one, what was told last was the end.
      const next = pid === null || found?.process.running === false ? null : await awaitNextRecorder(pid);
      if (next === null) return;
      path = next;
    }
    if (unread.aborted) return;
    recording = readUnlessRemoved(path);
  }
}

function isLive({ process: { running, recorder } }: Postmortem): boolean {
  return running === true && recorder === 'open';
}

function readUnlessRemoved(path: string): Recording | null {
  try {
    return readRecordingAt(path);
  } catch (error) {
    if (statSync(path, { throwIfNoEntry: false }) === undefined) return null;
    throw error;
  }
}

/**
 * A worker of `map` has a recorder for each input, and for a moment between two inputs none that is open. Null where
 * none is opened within the time that a next input takes.
 */
async function awaitNextRecorder(pid: number): Promise<string | null> {
  for (let waitedMs = 0; waitedMs < NEXT_WITHIN_MS; waitedMs += NEXT_POLL_MS) {
    try {
      const path = findRecorder(pid);
      if (isLive(postmortemOf(readRecordingAt(path)))) return path;
    } catch {
      // There is none at the moment, or it was removed after it was found.
    }
    await delay(NEXT_POLL_MS);
  }
  return null;
}

import { unlinkSync } from '../host/files.js';
import { FileBytes } from '../recorder/file-bytes.js';
import { type KilledBy, type OpenStageState, postmortemOf } from '../recorder/postmortem.js';
import { type Recording, readRecorder } from '../recorder/reader.js';
import type { Report } from '../report/report.js';
import type { LastMemory } from './failure.js';

/** What a recorder tells of an input that has no result. */
export interface LastMoments {
  readonly profile: Report;
  readonly open: readonly OpenStageState[];
  readonly last: LastMemory;
  readonly killedBy: KilledBy;
}

/**
 * Null without a recorder, or with one that cannot be read: an input that ended its process as it began has none yet.
 *
 * @param signal that ended the process; null while it runs
 */
export function readLastMoments(recorderPath: string | null, signal: NodeJS.Signals | null = null): LastMoments | null {
  return readIfThere(recorderPath, (recording) => {
    const { report, open, last, killed_by: killedBy } = postmortemOf(recording, signal);
    const { rss_kb, rss_kb_peak, native_kb, rss_kb_per_s } = last;
    return { profile: report, open, last: { rss_kb, rss_kb_peak, native_kb, rss_kb_per_s }, killedBy };
  });
}

/** The innermost stage that is open now; null for none, or where it cannot be read. */
export function readOpenStage(recorderPath: string | null): string | null {
  return readIfThere(recorderPath, ({ calls, labels }) => {
    const row = calls.at(-1)?.row;
    return labels.find((label) => label.row === row)?.path ?? null;
  });
}

function readIfThere<T>(recorderPath: string | null, take: (recording: Recording) => T): T | null {
  if (recorderPath === null) return null;
  try {
    const file = new FileBytes(recorderPath);
    try {
      return take(readRecorder(file));
    } finally {
      file.close();
    }
  } catch {
    return null;
  }
}

/** Once all that it tells is in a record. */
export function removeRecorder(recorderPath: string | null): void {
  if (recorderPath === null) return;
  try {
    unlinkSync(recorderPath);
  } catch {
    // Its process has removed it.
  }
}

import { dirname, unlinkSync } from '../host/files.js';
import type { Report } from '../model/report.js';
import { FileBytes } from '../recorder/file-bytes.js';
import { type KilledBy, type OpenStageState, postmortemOf } from '../recorder/postmortem.js';
import { type Recording, readRecorder } from '../recorder/reader.js';
import { movedWarning, pathsFrom } from '../recorder/recorder-paths.js';
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
  return readIfThere(recorderPath, (recording, full) => {
    const { report, open, last, killed_by: killedBy } = postmortemOf(recording, signal);
    const { rss_kb, rss_kb_peak, native_kb, rss_kb_per_s } = last;
    const warnings = [...report.warnings, ...full.map((folder) => movedWarning(folder))];
    // Its stages were cut off, be it by an exit that the recorder has read once more.
    const profile = { ...report, warnings, partial: true };
    return { profile, open, last: { rss_kb, rss_kb_peak, native_kb, rss_kb_per_s }, killedBy };
  });
}

/** The innermost stage that is open now; null for none, or where it cannot be read. */
export function readOpenStage(recorderPath: string | null): string | null {
  return readIfThere(recorderPath, ({ calls, labels }) => {
    const row = calls.at(-1)?.row;
    return labels.find((label) => label.row === row)?.path ?? null;
  });
}

/** @param take gets the folders, too, that had no room for it */
function readIfThere<T>(
  recorderPath: string | null,
  take: (recording: Recording, full: readonly string[]) => T,
): T | null {
  if (recorderPath === null) return null;
  const paths = pathsFrom(recorderPath);
  // The last one first: where an older one could not be removed, the newer one is further on.
  for (const [index, path] of [...paths.entries()].reverse()) {
    try {
      const file = new FileBytes(path);
      try {
        return take(readRecorder(file), paths.slice(0, index).map(dirname));
      } finally {
        file.close();
      }
    } catch {
      // It is in another folder, or there is none.
    }
  }
  return null;
}

/** Once all that it tells is in a record. */
export function removeRecorder(recorderPath: string | null): void {
  if (recorderPath === null) return;
  for (const path of pathsFrom(recorderPath)) {
    try {
      unlinkSync(path);
    } catch {
      // It was not there, or its process has removed it.
    }
  }
}

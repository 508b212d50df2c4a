import { dirname, unlinkSync } from '../host/files.js';
import type { Report } from '../model/report.js';
import { readLastRecording } from '../recorder/last-recording.js';
import { type KilledBy, type OpenStageState, postmortemOf } from '../recorder/postmortem.js';
import type { Recording } from '../recorder/reader.js';
import { movedWarning, pathsFrom } from '../recorder/recorder-paths.js';
import type { LastMemory } from './failure.js';

/** What a recorder tells about an input that has no result. */
export interface LastMoments {
  readonly profile: Report;
  readonly open: readonly OpenStageState[];
  readonly last: LastMemory;
  readonly killedBy: KilledBy;
}

/**
 * Null where there is no recorder that can be read: an input that ends its process at once has none yet.
 *
 * @param signal that ended the process; null while it runs
 */
export function readLastMoments(recorderPath: string | null, signal: NodeJS.Signals | null = null): LastMoments | null {
  return readIfThere(recorderPath, (recording, full) => {
    const { report, open, last, killed_by: killedBy } = postmortemOf(recording, signal);
    const { rss_kb, rss_kb_peak, native_kb, rss_kb_per_s } = last;
    const warnings = [...report.warnings, ...full.map((folder) => movedWarning(folder))];
    // Its stages were cut off, even where the process was read once more at its exit.
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

/**
 * What is taken of a recorder; null where none can be read.
 *
 * @param take is also given the folders that had no room for the recorder
 */
export function readIfThere<T>(
  recorderPath: string | null,
  take: (recording: Recording, full: readonly string[]) => T,
): T | null {
  if (recorderPath === null) return null;
  const paths = pathsFrom(recorderPath);
  return readLastRecording(paths, (recording, before) => take(recording, paths.slice(0, before).map(dirname)));
}

/** To be called once the record has all that the recorder tells. */
export function removeRecorder(recorderPath: string | null): void {
  if (recorderPath === null) return;
  for (const path of pathsFrom(recorderPath)) {
    try {
      unlinkSync(path);
    } catch {
      // There was none, or its process has removed it.
    }
  }
}

import { withFile } from './file-bytes.js';
import { type Recording, readRecorder } from './reader.js';

/**
 * Reads the recorder at the last of some paths that has one. When a process moves its recorder to a later path, the
 * older file may not have been removed.
 *
 * @param paths in the order in which the process has tried them
 * @param take is also given the number of paths before; while it runs, the file is open
 * @returns null where there is no recorder that can be read
 */
export function readLastRecording<T>(
  paths: readonly string[],
  take: (recording: Recording, before: number) => T,
): T | null {
  for (const [index, path] of [...paths.entries()].reverse()) {
    try {
      return withFile(path, (file) => take(readRecorder(file), index));
    } catch {
      // The recorder is in another folder, or there is none.
    }
  }
  return null;
}

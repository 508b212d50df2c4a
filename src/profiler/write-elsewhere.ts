import { closeSync, join, openSync, unlinkSync, writeAll } from '../host/files.js';
import { processId } from '../host/process.js';

/**
 * Writes a report to a new file in the first of some folders that takes it.
 *
 * @returns the path; null where no folder takes it
 */
export function writeElsewhere(text: string, folders: Iterable<string>): string | null {
  for (const folder of folders) {
    const path = join(folder, `stageprof-${processId}.report.json`);
    try {
      writeNew(path, text);
      return path;
    } catch {
      // It has no room or no permission, or the file exists.
    }
  }
  return null;
}

/** @throws {Error} the system's, also where the file exists; no new file is left then */
function writeNew(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    try {
      writeAll(file, text);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    unlinkSync(path);
    throw error;
  }
}

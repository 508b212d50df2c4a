import { FileBytes } from '../recorder/file-bytes.js';
import { type Recording, readRecorder } from '../recorder/reader.js';
import { UsageError } from './usage-error.js';

/** @throws {UsageError} that names the file, for one that is no recorder */
export function readRecordingAt(path: string): Recording {
  return asUsage(path, () => {
    const file = new FileBytes(path);
    try {
      return readRecorder(file);
    } finally {
      file.close();
    }
  });
}

/** What a recorder is refused for is said in one line, with the path before it where that is not in it. */
export function asUsage<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_STAGEPROF_RECORDER') throw error;
    const { message } = error as Error;
    throw new UsageError(message.includes(path) ? message : `${path}: ${message}`);
  }
}

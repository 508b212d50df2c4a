import { statSync } from 'node:fs';
import { UsageError } from '../model/usage-error.js';
import { withFile } from './file-bytes.js';
import { findRecorder } from './find.js';
import { type Recording, readRecorder } from './reader.js';

/** @throws {UsageError} naming the file, where it is no recorder */
export function readRecordingAt(path: string): Recording {
  return asUsage(path, () => withFile(path, readRecorder));
}

/** The process that an argument names; null for a file, which may be named by digits alone. */
export function processNamed(target: string): number | null {
  const isFile = statSync(target, { throwIfNoEntry: false })?.isFile() === true;
  return isFile || !/^\d+$/.test(target) ? null : Number(target);
}

/**
 * The path of the recorder of a process.
 *
 * @throws {UsageError} where the process has none
 */
export function recorderOfProcess(pid: number): string {
  return asUsage(String(pid), () => findRecorder(pid));
}

/** Turns the error of a recorder into one line, with the path before it unless the message has the path already. */
function asUsage<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_STAGEPROF_RECORDER') throw error;
    const { message } = error as Error;
    throw new UsageError(message.includes(path) ? message : `${path}: ${message}`);
  }
}

import { closeSync, lstatSync, openSync, unlinkSync, writeAll } from '../host/files.js';
import { JSON } from '../host/intrinsics.js';
import { isJsonIntact } from '../host/json.js';
import { tmpdir } from '../host/process.js';
import type { Report } from '../model/report.js';
import { systemReason } from '../model/setup-error.js';
import { SHARED_MEMORY } from '../os/shared-memory.js';
import { writeElsewhere } from './write-elsewhere.js';

const STDERR = 2;

/** Prints a message of the profiler to stderr, if that is possible. */
export function say(text: string): void {
  try {
    writeAll(STDERR, `${text}\n`);
  } catch {
    // Stderr is closed, or full.
  }
}

/**
 * Writes the report of a program that ends to a file. Where there is no room or no permission, the report goes to
 * another folder, else to standard error, with a message that gives the reason.
 */
export function leaveReport(report: Report, path: string): void {
  if (!isJsonIntact()) {
    say(`stageprof: cannot write the report to ${path}: all objects or arrays have been given a toJSON`);
    return;
  }
  const text = `${JSON.stringify(report)}\n`;
  let isOpened = false;
  try {
    const file = openSync(path, 'w', 0o666);
    isOpened = true;
    try {
      writeAll(file, text);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    // A file that could not be opened still has what it had.
    if (isOpened) removePart(path);
    const elsewhere = writeElsewhere(text, [tmpdir(), SHARED_MEMORY]);
    const failure = `stageprof: cannot write the report to ${path}: ${systemReason(error)}`;
    if (elsewhere !== null) say(`${failure}; it is in ${elsewhere}`);
    else say(`${failure}, nor to a folder for temporary files; it follows\n${text}`);
  }
}

/** Half a report would look like a damaged one. */
function removePart(path: string): void {
  try {
    if (lstatSync(path).isFile()) unlinkSync(path);
  } catch {
    // There is no file.
  }
}

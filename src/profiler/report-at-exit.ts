import { join, lstatSync, unlinkSync, writeAll, writeFileSync } from '../host/files.js';
import { JSON } from '../host/intrinsics.js';
import { processId, tmpdir } from '../host/process.js';
import type { Report } from '../model/report.js';
import { systemReason } from '../model/setup-error.js';

const STDERR = 2;
const SHARED_MEMORY = '/dev/shm';

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
  try {
    writeFileSync(path, text);
  } catch (error) {
    removePart(path);
    const elsewhere = writeElsewhere(text);
    const failure = `stageprof: cannot write the report to ${path}: ${systemReason(error)}`;
    if (elsewhere !== undefined) say(`${failure}; it is in ${elsewhere}`);
    else say(`${failure}, nor to a folder for temporary files; it follows\n${text}`);
  }
}

/** False where the program has given all objects or arrays a `toJSON`. */
function isJsonIntact(): boolean {
  try {
    return JSON.stringify([{}]) === '[{}]';
  } catch {
    return false;
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

function writeElsewhere(text: string): string | undefined {
  for (const folder of [tmpdir(), SHARED_MEMORY]) {
    const path = join(folder, `stageprof-${processId}.report.json`);
    try {
      writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') removePart(path);
    }
  }
  return undefined;
}

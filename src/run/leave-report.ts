import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Report } from '../model/report.js';
import { systemReason } from '../model/setup-error.js';
import type { ReportFile } from './report-file.js';

export interface LeavingReport {
  /** Frees the room that the run itself takes: by now the report has everything. */
  readonly free: () => void;
  readonly say: (line: string) => void;
}

/**
 * Writes the report to its file. If there is no room, writes it to a new file in another folder, and if none takes it,
 * to stderr: the run is over and cannot be repeated. Never throws.
 */
export function leaveReport(file: ReportFile, report: Report, { free, say }: LeavingReport): void {
  const reason = faultOf(() => file.write(report));
  if (reason === null) return;
  free();
  if (faultOf(() => file.write(report)) === null) return;
  const where = `--out ${file.path}: cannot be written, ${reason}`;
  const path = writeElsewhere(`${JSON.stringify(report)}\n`);
  if (path === null) {
    say(`${where}, nor can a file in another folder: the report is the next line`);
    process.stderr.write(`${JSON.stringify(report)}\n`);
    return;
  }
  say(`${where}: the report is in ${path}`);
}

/** The path of a new file; null where no folder has room. */
function writeElsewhere(line: string): string | null {
  for (const folder of new Set([resolve(tmpdir()), '/dev/shm', process.cwd()])) {
    const path = join(folder, `stageprof-${process.pid}.report.json`);
    const fault = faultOf(() => writeNew(path, line));
    if (fault === null) return path;
  }
  return null;
}

/** @throws {Error} the system's, also where the file exists; no new file is left then */
function writeNew(path: string, line: string): void {
  try {
    writeFileSync(path, line, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') rmSync(path, { force: true });
    throw error;
  }
}

function faultOf(write: () => void): string | null {
  try {
    write();
    return null;
  } catch (error) {
    return systemReason(error);
  }
}

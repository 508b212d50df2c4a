import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { systemReason } from '../model/setup-error.js';
import { SHARED_MEMORY } from '../os/shared-memory.js';
import { writeElsewhere } from '../profiler/write-elsewhere.js';
import type { ReportFile } from './report-file.js';

export interface LeavingReport {
  /** Frees the room that the run itself takes: by now the report has everything. */
  readonly free: () => void;
  readonly say: (line: string) => void;
}

/**
 * Writes reports to their file. If there is no room, writes them to a new file in another folder, and if none takes
 * them, to stderr: the run is over and cannot be repeated. Never throws.
 */
export function leaveReports(file: ReportFile, reports: readonly object[], { free, say }: LeavingReport): void {
  const lines = reports.map((report) => `${JSON.stringify(report)}\n`).join('');
  const reason = faultOf(() => file.write(lines));
  if (reason === null) return;
  free();
  if (faultOf(() => file.write(lines)) === null) return;
  const where = `--out ${file.path}: cannot be written, ${reason}`;
  const path = writeElsewhere(lines, new Set([resolve(tmpdir()), SHARED_MEMORY, process.cwd()]));
  if (path === null) {
    say(`${where}, nor can a file in another folder: the report is the next line`);
    process.stderr.write(lines);
    return;
  }
  say(`${where}: the report is in ${path}`);
}

function faultOf(write: () => void): string | null {
  try {
    write();
    return null;
  } catch (error) {
    return systemReason(error);
  }
}

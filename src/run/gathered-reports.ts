import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileBytes } from '../recorder/file-bytes.js';
import { readRecorder } from '../recorder/reader.js';
import { reportOf } from '../recorder/recorded-report.js';
import { movedWarning } from '../recorder/recorder-paths.js';
import { mergeReports, ReportMerger } from '../report/merge.js';
import type { Report } from '../report/report.js';
import { renderTable } from '../report/table.js';
import { formatWarning } from '../report/warnings.js';
import { systemReason } from '../setup-error.js';

export interface GatheredReports {
  /** All merged; one about nothing where there is none. */
  readonly report: Report;
  /** The report of the program itself; undefined where it is not a node process, or left none. */
  readonly program: Report | undefined;
  /** Processes that left no report, but a recorder: killed, or still running. What it has is in `report`. */
  readonly recovered: number;
  /** Processes that asked for the profiler and left neither. */
  readonly lost: number;
  /** Why a file was left out, one line each. */
  readonly skipped: readonly string[];
}

/** As src/run/preload.cts names them: process id and start, in milliseconds since 1970. */
const REPORT_FILE = /^(\d+)-(\d+)\.json$/;

/** A report of the most labels there can be takes some 60 MB. */
const LARGEST_BYTES = 256 * 2 ** 20;

/**
 * The reports that the node processes of a program have left, in the order in which they started.
 *
 * @param folders in the order in which they have tried them
 * @param programPid process id of the program itself
 */
export function gatherReports(folders: readonly string[], programPid: number | undefined): GatheredReports {
  const merger = new ReportMerger();
  const skipped: string[] = [];
  let program: Report | undefined;
  let processes = 0;
  let recovered = 0;
  let lost = 0;
  for (const { folder, name, pid } of folders.flatMap((folder) => reportFiles(folder, skipped)).sort(byStart)) {
    try {
      const text = readReportFile(join(folder, name));
      const made = text === '' ? recordedReport(folders, recorderOf(name)) : checkedReport(text);
      if (made === undefined) {
        lost++;
        continue;
      }
      // Counted here: a file that says so of itself may be anyone's.
      const report = { ...made, processes: 1 };
      merger.add(report);
      if (text === '') recovered++;
      processes++;
      if (pid === programPid) program ??= report;
    } catch (error) {
      skipped.push(`${name}: the report of process ${pid} is left out, ${systemReason(error)}`);
    }
  }
  const merged = merger.result();
  const warnings = [
    ...merged.warnings,
    ...counted('node processes that were killed or still ran: their reports are from their recorders', recovered),
    ...counted('node processes that left no report', lost),
    ...counted('reports of node processes that could not be read', skipped.length),
  ];
  return { report: { ...merged, processes, warnings }, program, recovered, lost, skipped };
}

function counted(text: string, count: number): string[] {
  return count === 0 ? [] : [formatWarning(text, count)];
}

interface ReportFile {
  readonly folder: string;
  readonly name: string;
  readonly pid: number;
  readonly startMs: number;
}

/** @param skipped gets a line where the program has removed the folder, with all else that was temporary */
function reportFiles(folder: string, skipped: string[]): ReportFile[] {
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch (error) {
    skipped.push(`${folder}: the reports are gone, ${systemReason(error)}`);
  }
  return names.flatMap((name) => {
    const [, pid, startMs] = REPORT_FILE.exec(name) ?? [];
    return pid === undefined ? [] : [{ folder, name, pid: Number(pid), startMs: Number(startMs) }];
  });
}

function byStart(a: ReportFile, b: ReportFile): number {
  return a.startMs - b.startMs || a.pid - b.pid;
}

/** @throws {Error} for what is no plain file, or larger than a report can be */
function readReportFile(path: string): string {
  // Neither follows a link nor waits for the other end of a pipe: the program could have put one there.
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new Error('not a plain file');
    if (stats.size > LARGEST_BYTES) throw new Error(`its ${stats.size} bytes are more than a report can have`);
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

function recorderOf(reportName: string): string {
  return reportName.replace(/json$/, 'recorder');
}

/**
 * What a process that left no report had come to; undefined where it has no recorder that can be read.
 *
 * The last one counts: where an older one could not be removed when it moved, the newer one is further on.
 */
function recordedReport(folders: readonly string[], name: string): Report | undefined {
  for (const [index, folder] of [...folders.entries()].reverse()) {
    try {
      const report = reportAt(join(folder, name));
      return {
        ...report,
        warnings: [...report.warnings, ...folders.slice(0, index).map((full) => movedWarning(full))],
      };
    } catch {
      // It is in another folder, or there is none.
    }
  }
  return undefined;
}

/** @throws {Error} for what is no recorder that can be read */
function reportAt(path: string): Report {
  const file = new FileBytes(path);
  try {
    return checked(reportOf(readRecorder(file)));
  } finally {
    file.close();
  }
}

/** @throws {Error} for what is torn, or no report */
function checkedReport(text: string): Report {
  let report: Report;
  try {
    report = JSON.parse(text) as Report;
  } catch {
    throw new Error('it is torn');
  }
  return checked(report);
}

/** @throws {Error} for what would break the report of all the others: it is tried alone */
function checked(report: Report): Report {
  renderTable(mergeReports([report, report]));
  return report;
}

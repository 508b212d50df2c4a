import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileBytes } from '../recorder/file-bytes.js';
import { readRecorder } from '../recorder/reader.js';
import { reportOf } from '../recorder/recorded-report.js';
import { mergeReports } from '../report/merge.js';
import type { Report } from '../report/report.js';
import { renderTable } from '../report/table.js';
import { formatWarning } from '../report/warnings.js';
import { systemReason } from '../setup-error.js';
import { mergeProcesses } from './merged-processes.js';
import { type ReportingProcess, runProcesses, type SeenProcess, type StartedProgram } from './run-process.js';

export interface GatheredReports {
  /** All merged; one about nothing where there is none. */
  readonly report: Report;
  /** The report of the program itself; undefined where it is not a node process, or left none. */
  readonly program: Report | undefined;
  /** Processes that left no report, but a recorder: killed, or still running. What it has is in `report`. */
  readonly recovered: number;
  /** Processes whose reports are in the rows, and those above them that are in none. */
  readonly counted: number;
  readonly launchers: number;
  /** Processes that asked for the profiler and left neither. */
  readonly lost: number;
  /** Why a file was left out, one line each. */
  readonly skipped: readonly string[];
}

/** As src/run/preload.cts names them: process id and start, in milliseconds since 1970. */
const REPORT_FILE = /^(\d+)-(\d+)\.json$/;

/** A report of the most labels there can be takes some 60 MB. */
const LARGEST_BYTES = 256 * 2 ** 20;

/** What is known of the processes of a run from outside. */
export interface RunFromOutside {
  readonly program: StartedProgram;
  readonly seen: readonly SeenProcess[];
  /** Processes that were seen and are not remembered. */
  readonly forgotten: number;
}

/**
 * The reports that the node processes of a program have left in a folder, in the order in which they started.
 *
 * @param programPid process id of the program itself
 */
export function gatherReports(
  folder: string,
  programPid: number | undefined,
  { program: started, seen = [], forgotten = 0 }: Partial<RunFromOutside> = {},
): GatheredReports {
  const reporting: ReportingProcess[] = [];
  const skipped: string[] = [];
  let program: Report | undefined;
  let recovered = 0;
  let lost = 0;
  for (const { name, pid, startMs } of reportFiles(folder, skipped)) {
    try {
      const text = readReportFile(join(folder, name));
      const made = text === '' ? recordedReport(join(folder, recorderOf(name))) : checkedReport(text);
      if (made === undefined) {
        lost++;
        continue;
      }
      // Counted here: a file that says so of itself may be anyone's.
      const report = { ...made, processes: 1 };
      reporting.push({ pid, parentPid: null, command: null, startMs, report });
      if (text === '') recovered++;
      if (pid === programPid) program ??= report;
    } catch (error) {
      skipped.push(`${name}: the report of process ${pid} is left out, ${systemReason(error)}`);
    }
  }
  const { report: merged, ...counts } = mergeProcesses(runProcesses(reporting, seen, started ?? null), forgotten);
  const warnings = [
    ...merged.warnings,
    ...counted('node processes that were killed or still ran: their reports are from their recorders', recovered),
    ...counted('node processes that left no report', lost),
    ...counted('reports of node processes that could not be read', skipped.length),
  ];
  return { report: { ...merged, warnings }, ...counts, program, recovered, lost, skipped };
}

function counted(text: string, count: number): string[] {
  return count === 0 ? [] : [formatWarning(text, count)];
}

interface ReportFile {
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
  const files = names.flatMap((name) => {
    const [, pid, startMs] = REPORT_FILE.exec(name) ?? [];
    return pid === undefined ? [] : [{ name, pid: Number(pid), startMs: Number(startMs) }];
  });
  return files.sort((a, b) => a.startMs - b.startMs || a.pid - b.pid);
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

/** What a process that left no report had come to; undefined where it has no recorder that can be read. */
function recordedReport(path: string): Report | undefined {
  try {
    const file = new FileBytes(path);
    try {
      return checked(reportOf(readRecorder(file)));
    } finally {
      file.close();
    }
  } catch {
    return undefined;
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

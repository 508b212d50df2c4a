import type { Report } from '../model/report.js';
import { systemReason } from '../model/setup-error.js';
import { formatWarning } from '../model/warnings.js';
import type { RecordedLife } from '../page/timeline-part.js';
import { byStart, leftNames, readLeft } from './left-reports.js';
import { mergeProcesses } from './merged-processes.js';
import { type ReportingProcess, runProcesses, type SeenProcess, type StartedProgram } from './run-process.js';
import { ThreadReports } from './thread-reports.js';

export interface GatheredReports {
  /** All reports merged; an empty report where there is none. */
  readonly report: Report;
  /** The report of the program itself; undefined where it is no node process, or left no report. */
  readonly program: Report | undefined;
  /** How many processes were killed or still run. What their recorders have is in `report`. */
  readonly recovered: number;
  /** How many processes have reports in the rows, and how many above them have none in the rows. */
  readonly counted: number;
  readonly launchers: number;
  /** How many processes asked for the profiler and left neither report nor recorder. */
  readonly lost: number;
  /** What the recorders of the processes have over time, in the order in which these started. */
  readonly recorded: readonly RecordedLife[];
  /** One line for each file that was left out, with the reason. */
  readonly skipped: readonly string[];
}

/** What is known of the processes of a run from outside. */
export interface RunFromOutside {
  readonly program: StartedProgram;
  readonly seen: readonly SeenProcess[];
  /** How many processes were seen and are no longer remembered. */
  readonly forgotten: number;
  /** What was read of worker threads while the program ran. */
  readonly threads: ThreadReports;
}

/**
 * Reads and merges what the node processes of a program have left, in the order in which they started.
 *
 * @param folders in the order in which the processes have tried them
 * @param programPid process id of the program itself: its report counts even if it opened no stage
 */
export function gatherReports(
  folders: readonly string[],
  programPid: number | undefined,
  { program: started, seen = [], forgotten = 0, threads }: Partial<RunFromOutside> = {},
): GatheredReports {
  const reporting: ReportingProcess[] = [];
  const skipped: string[] = [];
  const recorded: RecordedLife[] = [];
  let program: Report | undefined;
  let recovered = 0;
  let lost = 0;
  const ended = threads ?? new ThreadReports(folders);
  ended.readAll();
  const names = new Set([...folders.flatMap((folder) => namesIn(folder, skipped)), ...ended.names()]);
  for (const name of [...names].sort(byStart)) {
    try {
      const left = readLeft(folders, name, ended);
      if (left.recorded !== null) recorded.push(left.recorded);
      if (left.report === null) {
        lost++;
        continue;
      }
      // Counted here: the count in a file could have been written by anyone.
      const { pid, startMs, metadata, isCutOff } = left;
      const report = { ...left.report, processes: 1 };
      reporting.push({ pid, parentPid: metadata?.parent ?? null, command: metadata?.command ?? null, startMs, report });
      if (isCutOff) recovered++;
      if (pid === programPid) program ??= report;
    } catch (error) {
      skipped.push(`${name}: the report of process ${Number.parseInt(name, 10)} is left out, ${systemReason(error)}`);
    }
  }
  const { report: merged, ...counts } = mergeProcesses(runProcesses(reporting, seen, started ?? null), forgotten);
  const warnings = [
    ...merged.warnings,
    ...counted('node processes that were killed or still ran: their numbers are up to the last reading', recovered),
    ...counted('node processes that left no report', lost),
    ...counted('reports of node processes that could not be read', skipped.length),
  ];
  return { report: { ...withWall(merged, started), warnings }, ...counts, program, recovered, lost, skipped, recorded };
}

/** Where no process has told its elapsed time, the time that `run` has taken stands for it. */
function withWall(merged: Report, started: StartedProgram | undefined): Report {
  if (merged.program !== null || merged.stages.length > 0 || started === undefined) return merged;
  return { ...merged, total_wall_s: started.wallS, outside_wall_s: started.wallS };
}

function counted(text: string, count: number): string[] {
  return count === 0 ? [] : [formatWarning(text, count)];
}

/** @param skipped gets a line where the program has removed the folder along with other temporary files */
function namesIn(folder: string, skipped: string[]): string[] {
  try {
    return leftNames(folder);
  } catch (error) {
    skipped.push(`${folder}: the reports are gone, ${systemReason(error)}`);
    return [];
  }
}

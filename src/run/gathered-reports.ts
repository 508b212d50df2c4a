import type { Report } from '../model/report.js';
import { systemReason } from '../model/setup-error.js';
import type { StageCost } from '../model/stage-cost.js';
import { formatWarning } from '../model/warnings.js';
import { byStart, leftNames, readLeft } from './left-reports.js';
import { mergeProcesses } from './merged-processes.js';
import { type ReportingProcess, runProcesses, type SeenProcess, type StartedProgram } from './run-process.js';

export interface GatheredReports {
  /** All merged; one about nothing where there is none. */
  readonly report: Report;
  /** The report of the program itself; undefined where it is not a node process, or left none. */
  readonly program: Report | undefined;
  /** Processes that were killed, or are still running: what their recorders have is in `report`. */
  readonly recovered: number;
  /** Processes whose reports are in the rows, and those above them that are in none. */
  readonly counted: number;
  readonly launchers: number;
  /** Processes that asked for the profiler and left neither. */
  readonly lost: number;
  /** Why a file was left out, one line each. */
  readonly skipped: readonly string[];
}

/** What is known of the processes of a run from outside. */
export interface RunFromOutside {
  readonly program: StartedProgram;
  readonly seen: readonly SeenProcess[];
  /** Processes that were seen and are not remembered. */
  readonly forgotten: number;
}

/**
 * The reports of the node processes of a program, from what they have left, in the order in which they started.
 *
 * @param folders in the order in which they have tried them
 * @param programPid process id of the program itself: its report is wanted even if it opened no stage
 * @param cost what one stage costs on this machine
 */
export function gatherReports(
  folders: readonly string[],
  programPid: number | undefined,
  cost: StageCost,
  { program: started, seen = [], forgotten = 0 }: Partial<RunFromOutside> = {},
): GatheredReports {
  const reporting: ReportingProcess[] = [];
  const skipped: string[] = [];
  let program: Report | undefined;
  let recovered = 0;
  let lost = 0;
  const names = new Set(folders.flatMap((folder) => namesIn(folder, skipped)));
  for (const name of [...names].sort(byStart)) {
    try {
      const left = readLeft(folders, name, cost);
      if (left.report === null) {
        lost++;
        continue;
      }
      // Counted here: a file that says so of itself may be anyone's.
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
  return { report: { ...withWall(merged, started), warnings }, ...counts, program, recovered, lost, skipped };
}

/** Where no process has told its elapsed time, `run` has taken that of the program. */
function withWall(merged: Report, started: StartedProgram | undefined): Report {
  if (merged.program !== null || merged.stages.length > 0 || started === undefined) return merged;
  return { ...merged, total_wall_s: started.wallS, outside_wall_s: started.wallS };
}

function counted(text: string, count: number): string[] {
  return count === 0 ? [] : [formatWarning(text, count)];
}

/** @param skipped gets a line where the program has removed the folder, with all else that was temporary */
function namesIn(folder: string, skipped: string[]): string[] {
  try {
    return leftNames(folder);
  } catch (error) {
    skipped.push(`${folder}: the reports are gone, ${systemReason(error)}`);
    return [];
  }
}

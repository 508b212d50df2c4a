import { ReportMerger } from '../report/merge.js';
import type { Report } from '../report/report.js';
import { formatWarning } from '../report/warnings.js';
import { systemReason } from '../setup-error.js';
import type { StageCost } from '../stage-cost.js';
import { byStart, leftNames, readLeft } from './left-reports.js';

export interface GatheredReports {
  /** All merged; one about nothing where there is none. */
  readonly report: Report;
  /** The report of the program itself; undefined where it is not a node process, or left none. */
  readonly program: Report | undefined;
  /** Processes that were killed, or are still running: what their recorders have is in `report`. */
  readonly recovered: number;
  /** Processes that asked for the profiler and left neither. */
  readonly lost: number;
  /** Why a file was left out, one line each. */
  readonly skipped: readonly string[];
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
): GatheredReports {
  const merger = new ReportMerger();
  const skipped: string[] = [];
  let program: Report | undefined;
  let processes = 0;
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
      const isProgram = left.pid === programPid && program === undefined;
      if (left.report.stages.length === 0 && !isProgram) continue;
      // Counted here: a file that says so of itself may be anyone's.
      const report = { ...left.report, processes: 1 };
      merger.add(report);
      if (left.isCutOff) recovered++;
      processes++;
      if (isProgram) program = report;
    } catch (error) {
      skipped.push(`${name}: the report of process ${Number.parseInt(name, 10)} is left out, ${systemReason(error)}`);
    }
  }
  const merged = merger.result();
  const warnings = [
    ...merged.warnings,
    ...counted('node processes that were killed or still ran: their numbers are up to the last reading', recovered),
    ...counted('node processes that left no report', lost),
    ...counted('reports of node processes that could not be read', skipped.length),
  ];
  return { report: { ...merged, processes, warnings }, program, recovered, lost, skipped };
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

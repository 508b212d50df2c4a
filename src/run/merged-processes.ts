import type { NumberField } from '../model/number-metrics.js';
import type { ProcessEntry } from '../model/process-list.js';
import type { Report, StageRow } from '../model/report.js';
import { ReportMerger } from '../report/merge.js';
import { stagesWallS } from '../report/outside-row.js';
import { cutCommand, largestProcesses } from '../report/process-list.js';
import { ProcessTree } from './process-tree.js';
import { completedReport } from './program-total.js';
import type { RunProcess } from './run-process.js';

export interface MergedProcesses {
  /** The report of the processes that count; an empty one where there is none. */
  readonly report: Report;
  /** How many processes have their reports in the rows. */
  readonly counted: number;
  /** How many processes opened no stage and started one that counts. They are in no row. */
  readonly launchers: number;
}

type Reporting = RunProcess & { readonly report: Report };

/**
 * One report for the processes of a run. The processes with stages count; if there is none, only the topmost process,
 * which is then the program. Processes above them have launched them: they are listed, and are in no row. CPU, memory
 * and rows add up over the processes that count, and peaks are the highest. Elapsed time does not add up, since
 * processes run beside each other: it is that of the topmost process, or of the first started of several.
 *
 * @param processes in the order in which they started
 * @param unlisted how many other processes there were
 */
export function mergeProcesses(processes: readonly RunProcess[], unlisted = 0): MergedProcesses {
  const tree = new ProcessTree(processes);
  const reporting = processes.filter((process): process is Reporting => process.report !== null);
  const staged = reporting.filter(({ report }) => report.stages.length > 0);
  const topmost = tree.rootOf(new Set(reporting)) as Reporting | undefined;
  const counting = staged.length > 0 || topmost === undefined ? staged : [topmost];
  const isCounting: ReadonlySet<RunProcess> = new Set(counting);
  const above = counting.flatMap((process) => tree.ancestorsOf(process));
  const launchers = new Set(above.filter((process) => !isCounting.has(process))).size;
  const root = tree.rootOf(isCounting) as Reporting | undefined;

  const merger = new ReportMerger();
  const untold = new Set<NumberField>();
  for (const { report } of counting) {
    const completed = completedReport(report);
    // A list in a report comes from another run.
    const { process_list: _, ...own } = completed.report;
    // A child may use an older copy of this package, whose reports do not have this field.
    merger.add({ ...own, stages_wall_s: stagesWallS(own) });
    for (const field of completed.untold) untold.add(field);
  }
  const merged = merger.result();
  return {
    report: {
      ...merged,
      ...(root === undefined ? {} : wallOf(root.report)),
      rss_kb_peak: highestPeak(merged),
      ...(merged.program === null ? {} : { program: programOf(merged.program, root?.report, untold) }),
      processes: counting.length + launchers,
      process_list: largestProcesses(tree.inOrder().map(entryOf), unlisted),
    },
    counted: counting.length,
    launchers,
  };
}

function wallOf({ total_wall_s, outside_wall_s }: Report): Pick<Report, 'total_wall_s' | 'outside_wall_s'> {
  return { total_wall_s, outside_wall_s };
}

/** The peak of the process, never below that of a stage. */
function highestPeak({ rss_kb_peak, stages }: Report): number | null {
  return stages.reduce(
    (high, { rss_kb_peak_max: peak }) => (high !== null && peak !== null && peak > high ? peak : high),
    rss_kb_peak,
  );
}

/** @param untold fields that one of the processes does not have: a sum of the others would look like one over all */
function programOf(merged: StageRow, root: Report | undefined, untold: ReadonlySet<NumberField>): StageRow {
  const own = root?.program ?? null;
  const wall = own === null ? {} : { wall_s: own.wall_s, wall_max_s: own.wall_max_s, wall_self_s: own.wall_self_s };
  return { ...merged, ...wall, ...Object.fromEntries(Array.from(untold, (field) => [field, null])) };
}

/** Joins what is known from inside and outside. Neither sees all of a process, so that the higher number is nearer. */
function entryOf({ pid, parentPid, command, exit, report, seen }: RunProcess): ProcessEntry {
  return {
    pid,
    parent: parentPid,
    command: command === null ? null : cutCommand(command),
    exit,
    wall_s: highest(report?.total_wall_s, seen?.wallS),
    cpu_s: highest(report?.total_cpu_s, seen?.cpuS),
    rss_kb: report?.rss_kb_now ?? seen?.rssKib ?? null,
    rss_kb_peak: highest(report?.rss_kb_peak, seen?.peakRssKib),
    composition: report?.composition ?? null,
    stages: report !== null && report.stages.length > 0,
  };
}

function highest(a: number | null | undefined, b: number | null | undefined): number | null {
  const known = [a, b].filter((value) => typeof value === 'number');
  return known.length === 0 ? null : Math.max(...known);
}

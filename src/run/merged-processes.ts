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
  /** Of the processes that count; one about nothing where there is none. */
  readonly report: Report;
  /** Processes whose reports are in the rows. */
  readonly counted: number;
  /** Processes that are in no row: they opened no stage, and started one that counts. */
  readonly launchers: number;
}

type Reporting = RunProcess & { readonly report: Report };

/**
 * One report of the processes of a run. Those with stages count; without any, the topmost process alone, which is the
 * program then. What is above them has launched them: it is listed and in no row. CPU, memory and rows add up over the
 * processes that count, and peaks are the highest. Elapsed time does not add up where processes run beside each other:
 * that of the total, outside of all stages too, is of the topmost process, or of several such the one that started first.
 *
 * @param processes in the order in which they started
 * @param unlisted how many others there were
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
    // A list that a report has of itself is not of this run.
    const { process_list: _, ...own } = completed.report;
    // A child may use an older copy of this package, whose reports do not have it.
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

/** No peak of a stage is above it. */
function highestPeak({ rss_kb_peak, stages }: Report): number | null {
  return stages.reduce(
    (high, { rss_kb_peak_max: peak }) => (high !== null && peak !== null && peak > high ? peak : high),
    rss_kb_peak,
  );
}

/** @param untold what one of the processes does not have: the sum of the others would pass for one over all */
function programOf(merged: StageRow, root: Report | undefined, untold: ReadonlySet<NumberField>): StageRow {
  const own = root?.program ?? null;
  const wall = own === null ? {} : { wall_s: own.wall_s, wall_max_s: own.wall_max_s, wall_self_s: own.wall_self_s };
  return { ...merged, ...wall, ...Object.fromEntries(Array.from(untold, (field) => [field, null])) };
}

/** What is known from inside and from outside: neither has all of a process, so that the higher number is nearer. */
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

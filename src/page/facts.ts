import { hostname } from 'node:os';
import { PROGRAM, type Report } from '../model/report.js';
import { taskOf } from '../os/slurm-task.js';
import { counted, duration, inline, percent, size } from '../text/format.js';
import type { Fact } from './page-data.js';

/**
 * The numbers of a report that a reader wants first.
 *
 * @param elapsed what its elapsed time is: that of inputs is a sum, however many of them run at once
 */
export function reportFacts(report: Report, elapsed = 'elapsed'): Fact[] {
  const { total_wall_s: wall, total_cpu_s: cpu, rss_kb_peak: peak, overhead_s: cost, stages, processes, node } = report;
  const task = taskOf(report.slurm);
  // The row of a program that was looked at from outside is no stage.
  const isProgramAlone = stages.length === 1 && stages[0]!.stage === PROGRAM;
  return [
    fact(elapsed, inline(duration(wall))),
    ...(cpu === null ? [] : [fact('CPU', inline(duration(cpu)))]),
    ...(peak === null ? [] : [fact('resident peak', inline(size(peak)))]),
    ...(isProgramAlone ? [] : [fact('stages', stages.length.toLocaleString('en-US'))]),
    ...(processes === undefined || processes < 2 ? [] : [fact('processes', processes.toLocaleString('en-US'))]),
    ...(cost === null || stages.length === 0 || wall <= 0
      ? []
      : [fact('cost of the profiler', inline(percent(cost / wall)))]),
    ...(node === null ? [] : [fact('node', node)]),
    ...(task === undefined ? [] : [fact('Slurm task', task)]),
  ];
}

/** What is known of a process at its moment: that it was over, or only that it was there. */
export type MomentName = 'ended' | 'last seen';

/** Where and when. @param atMs the moment, in milliseconds since 1970 */
export function placeFacts(moment: MomentName, atMs: number | null, host: string | null = hostname()): Fact[] {
  return [
    ...(host === null ? [] : [fact('host', host)]),
    ...(atMs === null ? [] : [fact(moment, `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`)]),
  ];
}

export function fact(name: string, text: string): Fact {
  return { name, text };
}

/** `3 files`, or the only one by its name. */
export function filesFact(files: readonly string[]): Fact {
  return fact('read', files.length === 1 ? files[0]! : counted(files.length, 'file'));
}

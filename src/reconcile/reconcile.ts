import { QUANTITIES, type QuantityName, shownAmount } from '../render/reconciled-amounts.js';
import { NOTHING_PROFILED, type ProfiledTask } from './profiled-task.js';
import type { Evidence } from './reason-rule.js';
import { reasonsFor } from './reasons.js';
import { type Gathering, type Reconciled, type ReconciledTask, samplesApartS } from './reconciled.js';
import type { SacctRow } from './sacct-rows.js';
import { isUnfinished, type SacctTask } from './sacct-tasks.js';
import { covered, stepsOf } from './steps.js';

export interface ReconcileOptions {
  readonly gathering: Gathering;
  /** Differences up to so many per cent of sacct's number count as agreement. */
  readonly tolerancePercent: number;
}

/** Both accounts of one task beside each other, with the reason for each difference past the tolerance. */
export function reconcileTask(
  task: SacctTask,
  profiled: ProfiledTask = NOTHING_PROFILED,
  options: ReconcileOptions,
): ReconciledTask {
  const { runs, inside } = profiled;
  const steps = stepsOf(task.steps, runs);
  const base = {
    task: task.task,
    state: task.state,
    steps: steps.map(({ step }) => step ?? ''),
    runs: runs.length,
    records: inside.records,
  };
  const sacct = {
    wall: wallOf(steps),
    cpu: sumOf(steps, 'cpuS'),
    'rss peak': maxOf(steps.map((step) => step.maxRssKib)),
  };
  const insideOf = { wall: inside.wallS, cpu: inside.cpuS, 'rss peak': inside.peakKib };
  const profiler =
    runs.length === 0
      ? insideOf
      : {
          wall: covered(runs.map((run) => [run.startedMs, run.startedMs + run.wallS * 1000])) / 1000,
          cpu: runs.some(({ cpuS }) => cpuS === null) ? null : runs.reduce((sum, { cpuS }) => sum + cpuS!, 0),
          'rss peak': maxOf(runs.map(({ treePeakKib }) => treePeakKib)),
        };
  const evidence: Evidence = {
    state: task.state,
    steps,
    profiled,
    gathering: options.gathering,
    cpu: { sacctS: sacct.cpu, profilerS: profiler.cpu },
    peakKib: profiler['rss peak'],
  };
  const quantities = QUANTITIES.map((what): Reconciled => {
    const pair = { what, sacct: sacct[what], profiler: profiler[what], inside: insideOf[what] };
    const lacking = whyNotCompared(what, task, steps, profiled, pair, options);
    if (lacking !== undefined) return { ...pair, difference: null, percent: null, ...lacking };
    return compared(pair as typeof pair & { sacct: number; profiler: number }, evidence, options);
  });
  return { ...base, quantities };
}

function compared(
  pair: Pick<Reconciled, 'what' | 'inside'> & { readonly sacct: number; readonly profiler: number },
  evidence: Evidence,
  { tolerancePercent }: ReconcileOptions,
): Reconciled {
  const difference = pair.sacct - pair.profiler;
  const percent = difference === 0 ? 0 : pair.sacct === 0 ? null : (difference / pair.sacct) * 100;
  if (percent !== null && Math.abs(percent) <= tolerancePercent) {
    return { ...pair, difference, percent, verdict: 'agrees', reasons: [] };
  }
  const { covers, texts } = reasonsFor(pair.what, difference, evidence);
  const reasons = covers ? texts : [...texts.map((text) => `in part ${text}`), unexplained(pair.what, difference)];
  return {
    ...pair,
    difference,
    percent,
    verdict: covers ? 'explained' : 'unexplained',
    reasons,
  };
}

/** What a person would look at next. */
function unexplained(what: QuantityName, difference: number): string {
  const higher = difference > 0 ? 'sacct' : 'profiler';
  const look: Record<QuantityName, Record<typeof higher, string>> = {
    wall: { sacct: 'other commands of the batch script?', profiler: 'map accounts of another run of this task?' },
    cpu: {
      sacct: 'other commands of the batch script, or children nobody waited for?',
      profiler: 'map accounts of another run of this task (sacct -D)?',
    },
    'rss peak': {
      sacct: 'other processes of the step, or page cache (--gather cgroup)?',
      profiler: "a spike between Slurm's samples (--interval)?",
    },
  };
  return `not explained: ${look[what][higher]}`;
}

/** The verdict where no numbers can be compared; undefined where both sides have a number. */
function whyNotCompared(
  what: QuantityName,
  task: SacctTask,
  steps: readonly SacctRow[],
  { runs, inside }: ProfiledTask,
  { sacct, profiler }: Pick<Reconciled, 'sacct' | 'profiler'>,
  { gathering }: ReconcileOptions,
): Pick<Reconciled, 'verdict' | 'reasons'> | undefined {
  if (isUnfinished(task)) return { verdict: 'unmeasured', reasons: ['not ended: sacct has its numbers afterwards'] };
  if (runs.length === 0 && inside.records === 0) {
    if (task.elapsedS === 0) return { verdict: 'unmeasured', reasons: ['ended before it worked on an input'] };
    return { verdict: 'unexplained', reasons: ['neither a map account nor a profiled record of this task'] };
  }
  // As after --resume. What such a task takes is the start of node, and that of its batch script.
  if (inside.records === 0 && runs.every(({ inputs }) => inputs === 0)) {
    return { verdict: 'unmeasured', reasons: ['it had no input to do'] };
  }
  if (steps.length === 0)
    return { verdict: 'unexplained', reasons: ['sacct has no step of it: was it called with -X?'] };
  if (sacct === null && what === 'rss peak') {
    const elapsedS = Math.max(...steps.map((step) => step.elapsedS));
    const intervalS = samplesApartS(gathering, elapsedS);
    const apart = shownAmount('wall', intervalS);
    return elapsedS <= intervalS
      ? {
          verdict: 'unmeasured',
          reasons: [`a step of ${shownAmount('wall', elapsedS)}, too short for Slurm's samples ${apart} apart`],
        }
      : { verdict: 'unexplained', reasons: ['sacct has no MaxRSS: is JobAcctGatherType none, or --acctg-freq=0?'] };
  }
  if (sacct === null) return { verdict: 'unexplained', reasons: ['sacct has no number'] };
  if (profiler === null) return { verdict: 'unexplained', reasons: ['the profiler did not measure it'] };
  return undefined;
}

/** Steps that run side by side count once where their times are known. */
function wallOf(steps: readonly SacctRow[]): number | null {
  if (steps.length === 0) return null;
  if (steps.length > 1 && steps.every(({ startMs, endMs }) => startMs !== null && endMs !== null)) {
    return covered(steps.map(({ startMs, endMs }) => [startMs!, endMs!])) / 1000;
  }
  return steps.reduce((sum, { elapsedS }) => sum + elapsedS, 0);
}

function sumOf(steps: readonly SacctRow[], member: 'cpuS'): number | null {
  const known = steps.flatMap((step) => step[member] ?? []);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

function maxOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

import { Math, Number } from '../host/intrinsics.js';
import { duration, inline, percent } from '../text/format.js';
import { limit, type RowInContext, type Rule, rule } from './rule.js';

/** To save less than this does not change how long the run takes. */
function leastSeconds({ runS }: RowInContext): number {
  return Math.max(limit('least_s'), limit('least_share_of_run') * runS);
}

/**
 * The CPU time of all threads but the profiled one. With exact attribution, a stage has only its own part of the time
 * of this thread, but the CPU time of the whole process. So the difference of the two also contains what other stages
 * ran on this thread meanwhile, and has to be limited to this.
 */
function elsewhereInAllS({ program }: RowInContext): number {
  if (typeof program?.cpu_s !== 'number' || typeof program.thread_cpu_s !== 'number') return Number.POSITIVE_INFINITY;
  return program.cpu_s - program.thread_cpu_s;
}

const RUN_LIMITS = { least_s: limit('least_s'), least_share_of_run: limit('least_share_of_run') };

const BLOCKED = ' (disk, network, locks, CPUs taken by others); fetch ahead, or run more at once';
const TAKEN = ', ready to run, but the CPUs were taken by others: fewer jobs on this node, or more CPUs';

type Numbers = Readonly<Record<string, number>>;

/** Whether the stage lost its CPU more often than it gave the CPU up, and often enough to explain the wait. */
function wasPreempted(
  waitedS: number,
  { row: { ctx_involuntary: lost, ctx_voluntary: given } }: RowInContext,
): boolean {
  if (typeof lost !== 'number' || typeof given !== 'number') return false;
  return lost > given && waitedS <= lost * limit('preempted_s');
}

/** Time that a stage spends on something else than work of the JS thread. */
export const TIME_RULES: readonly Rule[] = [
  rule(
    {
      kind: 'gc-bound',
      needs: ['gc_s', 'wall_s'],
      sources: ['gc'],
      condition: 'gc_s >= max(least_s, least_share_of_run * run_s) and gc_s >= gc_share * wall_s',
    },
    ({ gc_s, wall_s }, given) => {
      if (wall_s <= 0 || gc_s < leastSeconds(given) || gc_s < limit('gc_share') * wall_s) return null;
      return {
        numbers: { run_s: given.runS },
        thresholds: { ...RUN_LIMITS, gc_share: limit('gc_share') },
        amount: gc_s,
        whole: given.runS,
        text: `${inline(percent(gc_s / wall_s))} of its ${inline(duration(wall_s))} went into collections; allocate less, or try --max-semi-space-size=64`,
      };
    },
  ),
  // Self time, because a stage does not wait while one of its children is open. The CPU time is that of the whole
  // process: stages that overlap can hide a wait, but cannot make one up.
  rule(
    {
      kind: 'waiting',
      needs: ['wall_self_s', 'cpu_self_s'],
      sources: [],
      condition:
        'no worker thread asked for a profiler, waited_s >= max(least_s, least_share_of_run * run_s) and waited_s >= waiting_share * wall_self_s, where waited_s = wall_self_s - cpu_self_s',
    },
    ({ wall_self_s, cpu_self_s }, given) => {
      if (given.hasWorkerThreads) return null;
      const waited_s = wall_self_s - cpu_self_s;
      if (waited_s < leastSeconds(given) || waited_s < limit('waiting_share') * wall_self_s) return null;
      const preempted = wasPreempted(waited_s, given);
      const { ctx_involuntary, ctx_voluntary } = given.row;
      return {
        numbers: { waited_s, run_s: given.runS, ...(preempted ? { ctx_involuntary, ctx_voluntary } : {}) } as Numbers,
        thresholds: {
          ...RUN_LIMITS,
          waiting_share: limit('waiting_share'),
          ...(preempted ? { preempted_s: limit('preempted_s') } : {}),
        },
        amount: waited_s,
        whole: given.runS,
        text: `${inline(duration(waited_s))} of its own ${inline(duration(wall_self_s))} without CPU${preempted ? TAKEN : BLOCKED}`,
      };
    },
  ),
  rule(
    {
      kind: 'off-thread',
      needs: ['cpu_s', 'thread_cpu_s'],
      sources: ['thread_cpu'],
      condition:
        'no worker thread asked for a profiler, elsewhere_s >= max(least_s, least_share_of_run * run_s) and elsewhere_s >= off_thread_share * cpu_s, where elsewhere_s = min(cpu_s - thread_cpu_s, program.cpu_s - program.thread_cpu_s)',
    },
    ({ cpu_s, thread_cpu_s }, given) => {
      if (given.hasWorkerThreads) return null;
      const elsewhere_s = Math.min(cpu_s - thread_cpu_s, elsewhereInAllS(given));
      if (elsewhere_s < leastSeconds(given) || elsewhere_s < limit('off_thread_share') * cpu_s) return null;
      return {
        numbers: { elsewhere_s, run_s: given.runS },
        thresholds: { ...RUN_LIMITS, off_thread_share: limit('off_thread_share') },
        amount: elsewhere_s,
        whole: given.runS,
        text: `${inline(percent(elsewhere_s / cpu_s))} of its ${inline(duration(cpu_s))} of CPU on other threads (worker threads, libuv's pool, addons, V8); match their number to the job's CPUs`,
      };
    },
  ),
];

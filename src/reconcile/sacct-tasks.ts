import type { SacctRow, WaitingTasks } from './sacct-rows.js';

/** A job, or one task of an array, with all of its runs: a requeued one has several. */
export interface SacctTask {
  readonly task: string;
  /** State of its last run. */
  readonly state: string;
  readonly elapsedS: number;
  /** All steps except `extern`, which holds no process of the job's own. */
  readonly steps: readonly SacctRow[];
}

/** Rows of a job come before those of its steps. */
export function sacctTasks(rows: readonly SacctRow[]): Map<string, SacctTask> {
  const tasks = new Map<string, SacctTask>();
  for (const row of rows) {
    const known = tasks.get(row.task);
    const { task, state, elapsedS } = row;
    if (row.step === undefined) {
      tasks.set(task, { task, state, elapsedS: (known?.elapsedS ?? 0) + elapsedS, steps: known?.steps ?? [] });
    } else if (known === undefined) {
      tasks.set(task, { task, state, elapsedS, steps: row.step === 'extern' ? [] : [row] });
    } else if (row.step !== 'extern') {
      tasks.set(task, { ...known, steps: [...known.steps, row] });
    }
  }
  return tasks;
}

/** How many tasks have not started. The row of waiting tasks may still have tasks that have started since. */
export function countWaiting(waiting: readonly WaitingTasks[], tasks: ReadonlyMap<string, unknown>): number {
  let count = 0;
  for (const { array, ranges } of waiting) {
    for (const { from, to, step } of ranges) {
      count += Math.floor((to - from) / step) + 1;
      for (const task of tasks.keys()) {
        const [job, index] = task.split('_');
        const at = Number(index) - from;
        if (job === array && at >= 0 && Number(index) <= to && at % step === 0) count--;
      }
    }
  }
  return count;
}

/** Whether sacct does not have the task's final numbers yet. */
export function isUnfinished({ state }: { readonly state: string }): boolean {
  return /^(PENDING|RUNNING|COMPLETING|CONFIGURING|SUSPENDED|REQUEUED|RESIZING|STOPPED|SIGNALING)\b/.test(state);
}

/** Whether it may have been ended from outside: by Slurm, the kernel or a person. */
export function isKilled({ state }: { readonly state: string }): boolean {
  return /^(CANCELLED|TIMEOUT|OUT_OF_MEMORY|NODE_FAIL|PREEMPTED|DEADLINE|BOOT_FAIL|FAILED)\b/.test(state);
}

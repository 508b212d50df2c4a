import type { InsideByTask, InsideInputs } from './inside-fold.js';
import type { MapRunAccount } from './read-map-account.js';

/** All that the profiler knows of a task. */
export interface ProfiledTask {
  readonly runs: readonly MapRunAccount[];
  readonly inside: InsideInputs;
}

export const NOTHING_PROFILED: ProfiledTask = {
  runs: [],
  inside: { records: 0, wallS: null, cpuS: null, peakKib: null, levelAfterPeakKib: null, processes: 0 },
};

/** What records and map accounts say, by task. */
export class ProfiledTasks {
  readonly #tasks = new Map<string, ProfiledTask>();
  /** Records and map accounts that name no job. */
  readonly recordsOutside: number;
  readonly runsOutside: number;

  constructor({ tasks, recordsOutside }: InsideByTask, runs: readonly MapRunAccount[]) {
    for (const [task, inside] of tasks) this.#tasks.set(task, { runs: [], inside });
    for (const run of runs) {
      if (run.task === undefined) continue;
      const known = this.get(run.task);
      this.#tasks.set(run.task, { ...known, runs: [...known.runs, run] });
    }
    this.recordsOutside = recordsOutside;
    this.runsOutside = runs.filter(({ task }) => task === undefined).length;
  }

  get(task: string): ProfiledTask {
    return this.#tasks.get(task) ?? NOTHING_PROFILED;
  }

  /** Records and map accounts of tasks that are not in `tasks`. */
  besides(tasks: { has(task: string): boolean }): { records: number; runs: number } {
    const others = [...this.#tasks].filter(([task]) => !tasks.has(task)).map(([, profiled]) => profiled);
    return {
      records: others.reduce((sum, { inside }) => sum + inside.records, 0),
      runs: others.reduce((sum, { runs }) => sum + runs.length, 0),
    };
  }
}

import type { Report } from '../model/report.js';
import { type MapRun, taskOf } from './read-map-account.js';

/** The members of a profile that tell what a task took. */
export type TaskProfile = Pick<Report, 'pid' | 'total_wall_s' | 'total_cpu_s' | 'rss_kb_now' | 'rss_kb_peak'> & {
  readonly slurm?: Report['slurm'] | undefined;
};

/** What the records of one task say. Null is what none of them has. */
export interface InsideInputs {
  readonly records: number;
  readonly wallS: number | null;
  readonly cpuS: number | null;
  readonly peakKib: number | null;
  /** Lowest resident set at the end of an input whose process had reached that peak: what of it did not stay. */
  readonly levelAfterPeakKib: number | null;
  /** Different process ids in the records. */
  readonly processes: number;
}

/** All that the profiler knows of a task. */
export interface ProfiledTask {
  readonly runs: readonly MapRun[];
  readonly inside: InsideInputs;
}

export const NOTHING_PROFILED: ProfiledTask = {
  runs: [],
  inside: { records: 0, wallS: null, cpuS: null, peakKib: null, levelAfterPeakKib: null, processes: 0 },
};

/** Adds up records and map accounts by task; constant memory a task. */
export class ProfiledTasks {
  readonly #tasks = new Map<string, Sums>();
  /** Records and map accounts that no job is named in. */
  recordsOutside = 0;
  runsOutside = 0;
  /** Records without a profile: they say nothing of what they cost. */
  unprofiled = 0;

  addRecord(profile: TaskProfile): void {
    const task = taskOf(profile.slurm);
    if (task === undefined) this.recordsOutside++;
    else this.#of(task).addRecord(profile);
  }

  addRun(run: MapRun): void {
    if (run.task === undefined) this.runsOutside++;
    else this.#of(run.task).runs.push(run);
  }

  get(task: string): ProfiledTask {
    return this.#tasks.get(task) ?? NOTHING_PROFILED;
  }

  /** Records and map accounts of tasks that are not in `tasks`. */
  besides(tasks: { has(task: string): boolean }): { records: number; runs: number } {
    const others = [...this.#tasks].filter(([task]) => !tasks.has(task)).map(([, sums]) => sums);
    return {
      records: others.reduce((sum, { records }) => sum + records, 0),
      runs: others.reduce((sum, { runs }) => sum + runs.length, 0),
    };
  }

  #of(task: string): Sums {
    let sums = this.#tasks.get(task);
    if (sums === undefined) {
      sums = new Sums();
      this.#tasks.set(task, sums);
    }
    return sums;
  }
}

class Sums {
  readonly runs: MapRun[] = [];
  records = 0;
  #wallS: number | null = null;
  #cpuS: number | null = null;
  #peakKib: number | null = null;
  #levelAfterPeakKib: number | null = null;
  readonly #pids = new Set<number>();

  get inside(): InsideInputs {
    return {
      records: this.records,
      wallS: this.#wallS,
      cpuS: this.#cpuS,
      peakKib: this.#peakKib,
      levelAfterPeakKib: this.#levelAfterPeakKib,
      processes: this.#pids.size,
    };
  }

  addRecord(profile: TaskProfile): void {
    this.records++;
    this.#wallS = (this.#wallS ?? 0) + profile.total_wall_s;
    if (profile.total_cpu_s !== null) this.#cpuS = (this.#cpuS ?? 0) + profile.total_cpu_s;
    if (profile.pid !== null) this.#pids.add(profile.pid);
    const { rss_kb_peak: peakKib, rss_kb_now: nowKib } = profile;
    if (peakKib === null || peakKib < (this.#peakKib ?? 0)) return;
    // The peak of a process stands in the records of all inputs that it ran afterwards.
    if (peakKib > (this.#peakKib ?? -1)) this.#levelAfterPeakKib = null;
    this.#peakKib = peakKib;
    if (nowKib !== null) this.#levelAfterPeakKib = Math.min(this.#levelAfterPeakKib ?? nowKib, nowKib);
  }
}

import type { Report } from '../model/report.js';
import { taskOf } from '../os/slurm-task.js';
import type { RecordFold, RecordFolds } from '../records/record-fold.js';
import type { RecordReader } from '../records/record-reader.js';
import { type ExactState, ExactSums } from '../report/exact-sums.js';
import { HEADER_NUMBERS } from '../report/merge-header.js';

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

/** What the records come to, by task. */
export interface InsideByTask {
  readonly tasks: ReadonlyMap<string, InsideInputs>;
  /** Records that name no job. */
  readonly recordsOutside: number;
}

interface TaskState {
  readonly records: number;
  readonly sums: ExactState;
  readonly peakKib: number | null;
  readonly levelAfterPeakKib: number | null;
  readonly pids: ReadonlySet<number>;
}

/** What the records of a chunk come to. */
export interface InsideState {
  readonly tasks: readonly (readonly [task: string, state: TaskState])[];
  readonly recordsOutside: number;
}

export const folds: RecordFolds<undefined, InsideState, InsideByTask> = {
  module: import.meta.url,
  open: () => new InsideFold(),
};

/** Adds up records by task; the memory of a task does not depend on its records. */
export class InsideFold implements RecordFold<InsideState, InsideByTask> {
  readonly #tasks = new Map<string, TaskSums>();
  #recordsOutside = 0;

  add(record: RecordReader): void {
    if (record.isProfiled) this.addProfile(profileOf(record));
  }

  addProfile(profile: TaskProfile): void {
    const task = taskOf(profile.slurm);
    if (task === undefined) this.#recordsOutside++;
    else this.#sumsOf(task).add(profile);
  }

  state(): InsideState {
    return {
      tasks: Array.from(this.#tasks, ([task, sums]) => [task, sums.state()]),
      recordsOutside: this.#recordsOutside,
    };
  }

  absorb({ tasks, recordsOutside }: InsideState): void {
    for (const [task, state] of tasks) this.#sumsOf(task).absorb(state);
    this.#recordsOutside += recordsOutside;
  }

  result(): InsideByTask {
    return {
      tasks: new Map(Array.from(this.#tasks, ([task, sums]) => [task, sums.inside()])),
      recordsOutside: this.#recordsOutside,
    };
  }

  #sumsOf(task: string): TaskSums {
    let sums = this.#tasks.get(task);
    if (sums === undefined) {
      sums = new TaskSums();
      this.#tasks.set(task, sums);
    }
    return sums;
  }
}

const WALL_SUM = 0;
const CPU_SUM = 1;

class TaskSums {
  #records = 0;
  readonly #sums = new ExactSums(2);
  #peakKib: number | null = null;
  #levelAfterPeakKib: number | null = null;
  readonly #pids = new Set<number>();

  add(profile: TaskProfile): void {
    this.#records++;
    this.#sums.add(WALL_SUM, profile.total_wall_s);
    if (profile.total_cpu_s !== null) this.#sums.add(CPU_SUM, profile.total_cpu_s);
    if (profile.pid !== null) this.#pids.add(profile.pid);
    this.#addPeak(profile.rss_kb_peak, profile.rss_kb_now);
  }

  state(): TaskState {
    return {
      records: this.#records,
      sums: this.#sums.state(),
      peakKib: this.#peakKib,
      levelAfterPeakKib: this.#levelAfterPeakKib,
      pids: this.#pids,
    };
  }

  absorb({ records, sums, peakKib, levelAfterPeakKib, pids }: TaskState): void {
    this.#records += records;
    for (const sum of [WALL_SUM, CPU_SUM]) this.#sums.addSum(sum, sums);
    this.#addPeak(peakKib, levelAfterPeakKib);
    for (const pid of pids) this.#pids.add(pid);
  }

  inside(): InsideInputs {
    return {
      records: this.#records,
      wallS: orNull(this.#sums.total(WALL_SUM)),
      cpuS: orNull(this.#sums.total(CPU_SUM)),
      peakKib: this.#peakKib,
      levelAfterPeakKib: this.#levelAfterPeakKib,
      processes: this.#pids.size,
    };
  }

  #addPeak(peakKib: number | null, levelKib: number | null): void {
    if (peakKib === null || peakKib < (this.#peakKib ?? 0)) return;
    // The peak of a process stands in the records of all inputs that it ran afterwards.
    if (peakKib > (this.#peakKib ?? -1)) this.#levelAfterPeakKib = null;
    this.#peakKib = peakKib;
    if (levelKib !== null) this.#levelAfterPeakKib = Math.min(this.#levelAfterPeakKib ?? levelKib, levelKib);
  }
}

/** The profile of the record; that of most records is in the columns alone. */
function profileOf({ report, columns, pid, slurm }: RecordReader): TaskProfile {
  if (report !== undefined) return report;
  const { header } = columns;
  return {
    slurm,
    pid,
    total_wall_s: header[WALL]!,
    total_cpu_s: orNull(header[CPU]!),
    rss_kb_now: orNull(header[RSS_NOW]!),
    rss_kb_peak: orNull(header[RSS_PEAK]!),
  };
}

const [WALL, CPU, RSS_NOW, RSS_PEAK] = (['total_wall_s', 'total_cpu_s', 'rss_kb_now', 'rss_kb_peak'] as const).map(
  (member) => HEADER_NUMBERS.indexOf(member),
) as [number, number, number, number];

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

import { Math, Set } from '../host/intrinsics.js';
import type { ReportHeader, SlurmIdentity } from '../model/report.js';

/** Processes past so many are not counted: memory has to have a bound. */
const MOST_PROCESSES = 16_384;

/** The members of a report that tell of which processes it is. */
type Counted = { readonly [F in 'pid' | 'slurm' | 'processes']: ReportHeader[F] | undefined };

export interface ProcessCountState {
  readonly keys: readonly string[];
  readonly told: number;
}

/** Tells a process from one of the same id in another task of a job. */
export function processKey(pid: number, slurm: SlurmIdentity | undefined): string {
  return `${slurm?.array_job ?? slurm?.job ?? ''}/${slurm?.array_task ?? ''}/${pid}`;
}

/**
 * Counts the processes of reports that are merged: a process of `map` has a report for each of its inputs. An id that the
 * system has given to several processes counts once.
 */
export class ProcessCount {
  readonly #keys = new Set<string>();
  /** The processes of reports that tell their number themselves. */
  #told = 0;

  add({ pid, slurm, processes }: Counted): void {
    if (processes !== undefined) this.#told += processes;
    else if (typeof pid === 'number') this.#addKey(processKey(pid, slurm));
  }

  state(): ProcessCountState {
    return { keys: [...this.#keys], told: this.#told };
  }

  absorb({ keys, told }: ProcessCountState): void {
    for (const key of keys) this.#addKey(key);
    this.#told += told;
  }

  /** At least 1. A report of which neither process nor number is known does not count. */
  result(): number {
    return Math.max(1, this.#told + this.#keys.size);
  }

  #addKey(key: string): void {
    if (this.#keys.size < MOST_PROCESSES) this.#keys.add(key);
  }
}

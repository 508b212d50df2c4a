import type { SlurmIdentity } from '../model/report.js';

/** The schema of the file that a run of `map` leaves beside its records, and that `reconcile` reads. */
export const MAP_ACCOUNT_SCHEMA = 'stageprof-run/1';

/** Between two samples that `map` takes of the memory of its processes: what happens in between is not seen. */
export const LOOK_EVERY_S = 1;

/** Between two writes of the account: a run that is killed leaves the last of them. */
export const WRITTEN_EVERY_S = 5;

/** Whether a file in a folder of records is a map account. */
export function isMapAccountName(name: string): boolean {
  return name.startsWith('run-') && name.endsWith('.json');
}

export interface MapTally {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
}

/**
 * What a run of `map` has used as a whole, including its own process and what workers used outside of inputs. One JSON
 * file a run. Seconds and KiB; null where not measured.
 */
export interface MapAccount {
  readonly schema: typeof MAP_ACCOUNT_SCHEMA;
  readonly pipeline: string;
  readonly host: string;
  readonly pid: number;
  readonly started_at: string;
  readonly updated_at: string;
  /** Null while it runs, and where it was killed. */
  readonly ended_at: string | null;
  readonly exit_code: number | null;
  readonly slurm?: SlurmIdentity;
  readonly wall_s: number;
  /** CPU of `map` and its workers together. */
  readonly cpu_s: number | null;
  readonly own: { readonly cpu_s: number; readonly rss_kb_peak: number | null };
  readonly workers: {
    readonly started: number;
    /** Includes the processes that workers have started and waited for. */
    readonly cpu_s: number | null;
    /** The highest peak of one worker. */
    readonly rss_kb_peak: number | null;
  };
  /** Highest sum of this process and its workers at one of the samples, which are `LOOK_EVERY_S` apart. */
  readonly tree_rss_kb_peak: number | null;
  readonly inputs: MapTally & { readonly left: number };
}

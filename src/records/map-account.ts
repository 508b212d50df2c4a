import type { SlurmIdentity } from '../model/report.js';

/** What both sides know of the file that a run of `map` leaves beside its records: `map` writes it, `reconcile` reads it. */
export const MAP_ACCOUNT_SCHEMA = 'stageprof-run/1';

/** Between two looks of `map` at the memory of its processes: what lies between them is not seen. */
export const LOOK_EVERY_S = 1;

/** Between two writings: of a run that is killed there is no more than the last. */
export const WRITTEN_EVERY_S = 5;

/** Beside records, whose names end in `.jsonl`. */
export function isMapAccountName(name: string): boolean {
  return name.startsWith('run-') && name.endsWith('.json');
}

export interface MapTally {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
}

/**
 * What a run of `map` has used as a whole, its own process and those that the OS shows outside of any input among it:
 * one JSON file a run beside the records, for `reconcile`. Seconds and KiB; null where not measured.
 */
export interface MapAccount {
  readonly schema: typeof MAP_ACCOUNT_SCHEMA;
  readonly pipeline: string;
  readonly host: string;
  readonly pid: number;
  readonly started_at: string;
  readonly updated_at: string;
  /** Null while it runs, and for ever when it was killed. */
  readonly ended_at: string | null;
  readonly exit_code: number | null;
  readonly slurm?: SlurmIdentity;
  readonly wall_s: number;
  /** Own and workers'. */
  readonly cpu_s: number | null;
  readonly own: { readonly cpu_s: number; readonly rss_kb_peak: number | null };
  readonly workers: {
    readonly started: number;
    /** With the processes that they have started and waited for. */
    readonly cpu_s: number | null;
    /** The highest of any one. */
    readonly rss_kb_peak: number | null;
  };
  /** Highest sum over this process and its workers that was seen, looking every `LOOK_EVERY_S`. */
  readonly tree_rss_kb_peak: number | null;
  readonly inputs: MapTally & { readonly left: number };
}

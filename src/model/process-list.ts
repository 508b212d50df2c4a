import type { Composition } from './composition.js';

/** A process of a run, known by its own report, by what was seen of it from outside, or by both. */
export interface ProcessEntry {
  readonly pid: number;
  /** The process that started it; null where that was not seen. */
  readonly parent: number | null;
  readonly command: string | null;
  readonly exit: number | string | null;
  readonly wall_s: number | null;
  readonly cpu_s: number | null;
  readonly rss_kb: number | null;
  readonly rss_kb_peak: number | null;
  readonly composition: Composition | null;
  readonly stages: boolean;
}

/** The processes of a run, parents before their children. */
export interface ProcessList {
  readonly processes: readonly ProcessEntry[];
  /** How many others there were. */
  readonly more: number;
}

/** What the members of a process mean, for the JSON Schema and docs/fields.md. */
export const PROCESS_MEANING: Readonly<Record<keyof ProcessEntry, string>> = {
  pid: 'Process id.',
  parent: 'Id of the process that started it; null where that was not seen.',
  command: 'Its command line, shortened; null where it was not seen.',
  exit: 'Exit code, or the signal that ended it; null where that is not known. It is known of the program itself alone.',
  wall_s: 'Elapsed time since its profiler was made, or from its start to when it was last seen, whichever is longer.',
  cpu_s: 'CPU time: by its profiler, or when it was last seen, whichever is more.',
  rss_kb: 'Resident set at the end of its report, else when it was last seen.',
  rss_kb_peak: 'Highest resident set.',
  composition: 'Who held its memory, as `composition` of its report; null without one.',
  stages: 'Whether it opened stages. What a process without stages used is in no row, unless no process opened any.',
};

/** So many processes are listed. */
export const MOST_PROCESSES = 16;

/** Longer command lines are cut. */
export const LONGEST_LISTED_COMMAND = 256;

import type { StageProfilerOptions } from '../model/options.js';

/** What `stageprof run` tells the node processes of a program, as JSON in `RUN_VARIABLE`. */
export interface RunVariable {
  /** Absolute; each process leaves its recorder in the first one, or in the next where there is no room. */
  readonly folders: readonly string[];
  /** Process id of `stageprof run`, which is the parent of the program itself. */
  readonly runPid: number;
  readonly profiler: StageProfilerOptions;
  /** Path of the addon, by which threads without a profiler show their heaps; null where there is none. */
  readonly addon: string | null;
}

export const RUN_VARIABLE = 'STAGEPROF_RUN';

import type { StageProfilerOptions } from '../options.js';

/** What `stageprof run` tells the node processes of a program, as JSON in `RUN_VARIABLE`. */
export interface RunVariable {
  /** Absolute; each process leaves its report there. */
  readonly folder: string;
  /** Absolute, in the order in which a recorder tries them: `folder`, then those for when it is full. */
  readonly folders: readonly string[];
  /** Process id of `stageprof run`: the process whose parent it is, is the program itself. */
  readonly runPid: number;
  readonly profiler: StageProfilerOptions;
}

export const RUN_VARIABLE = 'STAGEPROF_RUN';

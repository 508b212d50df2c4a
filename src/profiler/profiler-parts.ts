import type { Accounting } from '../accounting/accounting.js';
import type { Sampler } from '../model/sampler.js';
import type { StageCost } from '../model/stage-cost.js';
import type { ThreadReadings } from '../threads/thread-cpu.js';

/** What a test puts in the place of the real thing, and what `stageprof run` and `map` add. */
export interface ProfilerParts {
  readonly sampler?: Sampler;
  readonly stageCost?: StageCost;
  readonly threads?: ThreadReadings;
  /** Warnings that every report is to have. */
  readonly remarks?: readonly string[];
  /** Called once, where the recorder is given up while the program runs: what comes later is not in it. */
  readonly recorderLost?: () => void;
  /** Where the CPU stacks are kept while the program runs. */
  readonly stacksFile?: string;
  /** How many calls of a label this process had before; NaN where calls are not numbered. */
  readonly callsBefore?: (label: string) => number;
  /** Is handed what cannot be reached from the profiler. */
  readonly seen?: (accounting: Accounting) => void;
}

import type { StageProfilerOptions } from '../model/options.js';
import type { Report } from '../model/report.js';
import type { ThreadsPlan } from '../profiler/thread-profiler.js';
import type { Failure } from './failure.js';
import type { ThreadsBefore } from './input-threads.js';

/** EX_SOFTWARE of sysexits(3): a worker process ends with it when stageprof itself has failed there. */
export const EXIT_OWN_ERROR = 70;
/** What it has then written last to stderr: a pipeline may have the same exit code, and our functions in its stacks. */
export const OWN_ERROR_LINE = 'stageprof: the error above is one of stageprof itself';

/** Why a running input is told to stop: the whole run ends, or the input has had its time. */
export type AbortReason = 'stopped' | 'timeout';

/** What a worker process is told. Plain JSON. */
export type ToWorker =
  | {
      readonly type: 'setup';
      /** As it was given, for messages. */
      readonly pipelinePath: string;
      /** Null where nothing is profiled. */
      readonly profiler: StageProfilerOptions | null;
      /** For the worker threads of the pipeline; null where they are not profiled. */
      readonly threads: ThreadsPlan | null;
      /** Where the process keeps its stacks; null where none are sampled. */
      readonly stacksFolder: string | null;
      readonly parentPid: number;
      /** Whether the process takes one input only. */
      readonly isolate: boolean;
    }
  | {
      readonly type: 'input';
      readonly input: string;
      /** Where the record is written; the parent moves it to its own name. */
      readonly temporaryPath: string;
      /** Null for no recorder. */
      readonly recorderPath: string | null;
    }
  | { readonly type: 'abort'; readonly reason: AbortReason; readonly message: string; readonly graceMs: number };

export type Order<T extends ToWorker['type']> = Extract<ToWorker, { type: T }>;

/** What became of an input whose process lives. Its line is in the temporary file. */
export type InputResult = { readonly profile: Report | null } & (
  | { readonly state: 'done' }
  /** `unfinished` when the run was told to stop: no failure of the input itself. */
  | { readonly state: 'failed' | 'unfinished'; readonly failure: Failure }
  /** The line could not be written. */
  | { readonly state: 'unwritten'; readonly reason: string }
);

/** What a worker process tells. Plain JSON. */
export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'unloadable'; readonly message: string }
  | { readonly type: 'begun' }
  | {
      readonly type: 'ended';
      readonly result: InputResult;
      readonly threads: ThreadsBefore;
      /** The process then ends itself, since work that the input began may still run. */
      readonly isLast: boolean;
    }
  /** An error that came up between two inputs. */
  | { readonly type: 'unhandled'; readonly failure: Failure };

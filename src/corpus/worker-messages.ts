import type { StageProfilerOptions } from '../model/options.js';
import type { Report } from '../model/report.js';
import type { Failure } from './failure.js';

/** EX_SOFTWARE of sysexits(3): of a worker process in which stageprof itself has failed. */
export const EXIT_OWN_ERROR = 70;

/** Why a running input is told to stop: the whole run ends, or its own time is over. */
export type AbortReason = 'stopped' | 'timeout';

/** What a worker process is told. Plain JSON. */
export type ToWorker =
  | {
      readonly type: 'setup';
      /** As it was given, for messages. */
      readonly pipelinePath: string;
      /** Null where nothing is profiled. */
      readonly profiler: StageProfilerOptions | null;
      readonly parentPid: number;
    }
  | {
      readonly type: 'input';
      readonly input: string;
      /** Where its record goes; the parent moves it to its place. */
      readonly temporaryPath: string;
      /** Null for no recorder. */
      readonly recorderPath: string | null;
    }
  | { readonly type: 'abort'; readonly reason: AbortReason; readonly message: string; readonly graceMs: number };

/** What became of an input whose process lives. Its line is in the temporary file. */
export type InputResult = { readonly profile: Report | null } & (
  | { readonly state: 'done' }
  /** `unfinished`, when the run was told to stop: no failure of the input's own. */
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
      /** What the input left behind may still run, so that the process ends itself. */
      readonly isLast: boolean;
    }
  | { readonly type: 'unhandled'; readonly failure: Failure };

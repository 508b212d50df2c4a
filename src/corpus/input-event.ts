import type { Report } from '../model/report.js';
import type { Failure } from './failure.js';

/** What became of an input. By then its record is in the folder. */
export type InputEvent =
  | { readonly type: 'done'; readonly input: string; readonly profile: Report | null }
  | { readonly type: 'failed'; readonly input: string; readonly failure: Failure; readonly profile: Report | null }
  /** The run was told to stop before the input was done. */
  | { readonly type: 'left'; readonly input: string };

/** An error that came up between two inputs, or the end of a process there. */
export interface UnhandledEvent {
  readonly type: 'unhandled';
  readonly failure: Failure;
}

/** What happened in a run, as it happens. */
export type RunEvent =
  | { readonly type: 'started'; readonly input: string }
  | InputEvent
  | UnhandledEvent
  /** A line that the pipeline printed. */
  | { readonly type: 'output'; readonly line: string };

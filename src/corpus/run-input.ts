import { Error, Object, Promise } from '../host/intrinsics.js';
import { clearTimeout, setTimeout, whenSettled } from '../host/tasks.js';
import { type Failure, failureOf } from './failure.js';
import type { PipelineContext, PipelineFunction } from './pipeline.js';
import type { UnhandledErrors } from './unhandled-errors.js';
import type { AbortReason } from './worker-messages.js';

/** What became of an input, and whether the pipeline may still be at work on it. */
export type Outcome = { readonly isRunning: boolean } & (
  | { readonly state: 'returned'; readonly result: unknown }
  | { readonly state: 'failed' | 'unfinished'; readonly failure: Failure }
);

/** An input is told to stop: `signal.reason` of the pipeline. */
export class InputAbort extends Error {
  constructor(
    readonly reason: AbortReason,
    message: string,
    /** How long the pipeline has to settle. */
    readonly graceMs: number,
  ) {
    super(message);
    // Defined, not assigned: the prototype of errors may be frozen, and its `name` with it.
    for (const [member, value] of Object.entries({ name: 'AbortError', code: 'ABORT_ERR' })) {
      Object.defineProperty(this, member, { value, configurable: true, enumerable: true, writable: true });
    }
  }
}

/**
 * Runs one input to whichever comes first: its result, its error, an error that nobody caught, or the end of
 * the grace after it was told to stop. Never rejects.
 *
 * @param abort aborted with an `InputAbort`; of this input alone, so that what a pipeline listens with, and often
 * forgets to take off, goes with the input
 */
export async function runInput(
  run: PipelineFunction,
  input: string,
  { profiler, signal }: PipelineContext,
  unhandled: UnhandledErrors,
): Promise<Outcome> {
  let grace: NodeJS.Timeout | undefined;
  const outcome = await new Promise<Outcome>((settle) => {
    const onAbort = () => {
      const abort = signal.reason as InputAbort;
      grace = setTimeout(() => settle({ ...abortOutcome(abort), isRunning: true }), abort.graceMs);
    };
    // A run may be told to stop between the order to begin and the beginning: a signal says so only once.
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    unhandled.watch((failure) => settle({ state: 'failed', failure, isRunning: true }));
    // In an async function of its own, so that an error thrown before the first await is a rejection too.
    whenSettled<unknown, void>(
      (async () => run(input, { profiler, signal }))(),
      (result) => settle({ state: 'returned', result, isRunning: false }),
      (error) => settle({ state: 'failed', failure: failureOf('exception', error), isRunning: false }),
    );
  });
  unhandled.watch();
  clearTimeout(grace);
  if (!signal.aborted) return outcome;
  const abort = signal.reason as InputAbort;
  // A result within the grace after a signal to stop is one. That of an input which has had its time may be what
  // its pipeline had come to: to take it would make the record depend on the load of the machine.
  if (outcome.state === 'returned' && abort.reason === 'stopped') return outcome;
  // Once told to stop, a pipeline rejects with the signal's reason or whatever its own calls make of it.
  return { ...abortOutcome(abort), isRunning: outcome.isRunning };
}

function abortOutcome({ reason, message }: InputAbort): { state: 'failed' | 'unfinished'; failure: Failure } {
  return reason === 'timeout'
    ? { state: 'failed', failure: { kind: 'timeout', message } }
    : { state: 'unfinished', failure: { kind: 'unfinished', message } };
}

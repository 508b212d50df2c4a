import { Error, Object, Promise } from '../host/intrinsics.js';
import { clearTimeout, setTimeout, whenSettled } from '../host/tasks.js';
import { type Failure, failureOf } from './failure.js';
import type { PipelineContext, PipelineFunction } from './pipeline.js';
import type { UnhandledErrors } from './unhandled-errors.js';
import type { AbortReason } from './worker-messages.js';

/** What became of an input, and whether the pipeline may still work on it. */
export type Outcome = { readonly isRunning: boolean } & (
  | { readonly state: 'returned'; readonly result: unknown }
  | { readonly state: 'failed' | 'unfinished'; readonly failure: Failure }
);

/** Tells an input to stop: the `signal.reason` that the pipeline sees. */
export class InputAbort extends Error {
  constructor(
    readonly reason: AbortReason,
    message: string,
    /** How long the pipeline has to settle. */
    readonly graceMs: number,
  ) {
    super(message);
    // Defined and not assigned: the prototype of errors may be frozen, and with it `name`.
    for (const [member, value] of Object.entries({ name: 'AbortError', code: 'ABORT_ERR' })) {
      Object.defineProperty(this, member, { value, configurable: true, enumerable: true, writable: true });
    }
  }
}

/**
 * Runs one input to its result, its error, an error that nobody caught, or the end of the grace after it was told to
 * stop, whichever comes first. Never rejects.
 *
 * @param context its signal is aborted with an `InputAbort`. Each input has its own signal, so that listeners which a
 * pipeline forgets to take off are gone with the input.
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
    // The run may have been told to stop before this listens, and a signal tells that only once.
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    unhandled.watch((failure) => settle({ state: 'failed', failure, isRunning: true }));
    // Within an async function, so that an error thrown before the first await is a rejection too.
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
  // After a stop, a result within the grace counts. After a timeout it does not: it may be what the pipeline had come
  // to by then, and the record would depend on the load of the machine.
  if (outcome.state === 'returned' && abort.reason === 'stopped') return outcome;
  // A pipeline that was told to stop rejects with the signal's reason, or with what its own calls make of that.
  return { ...abortOutcome(abort), isRunning: outcome.isRunning };
}

function abortOutcome({ reason, message }: InputAbort): { state: 'failed' | 'unfinished'; failure: Failure } {
  return reason === 'timeout'
    ? { state: 'failed', failure: { kind: 'timeout', message } }
    : { state: 'unfinished', failure: { kind: 'unfinished', message } };
}

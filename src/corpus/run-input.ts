import { type Failure, failureOf } from './failure.js';
import type { PipelineContext, PipelineFunction } from './pipeline.js';
import type { StrayErrors } from './stray-errors.js';

export type Outcome =
  | { readonly state: 'returned'; readonly result: unknown }
  | { readonly state: 'failed'; readonly failure: Failure }
  /** The run was told to stop before the input was done. */
  | { readonly state: 'left' };

/**
 * Runs one input to whichever comes first: its result, its error, an error that nobody caught, or the end of
 * the grace after the signal to stop. Never rejects.
 */
export async function runInput(
  run: PipelineFunction,
  input: string,
  context: PipelineContext,
  { strays, graceMs }: { readonly strays: StrayErrors; readonly graceMs: number },
): Promise<Outcome> {
  const { profiler, signal } = context;
  // One signal an input: what a pipeline listens with, and often forgets to take off, goes with the input.
  const abort = new AbortController();
  let grace: NodeJS.Timeout | undefined;
  let onAbort = (): void => {};
  const outcome = await new Promise<Outcome>((settle) => {
    onAbort = () => {
      grace = setTimeout(() => settle({ state: 'left' }), graceMs);
      abort.abort(signal.reason);
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    strays.watch((failure) => settle({ state: 'failed', failure }));
    // In an async function of its own, so that an error thrown before the first await is a rejection too.
    (async () => run(input, { profiler, signal: abort.signal }))().then(
      (result) => settle({ state: 'returned', result }),
      (error) => settle({ state: 'failed', failure: failureOf('exception', error) }),
    );
  });
  strays.watch();
  signal.removeEventListener('abort', onAbort);
  clearTimeout(grace);
  // Once told to stop, a pipeline rejects with the signal's reason or whatever its own calls make of it.
  return outcome.state === 'failed' && signal.aborted ? { state: 'left' } : outcome;
}

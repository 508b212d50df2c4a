import { expect, onTestFinished, test } from 'vitest';
import type { PipelineContext, PipelineFunction } from '../../src/corpus/pipeline.js';
import { InputAbort, runInput } from '../../src/corpus/run-input.js';
import { UnhandledErrors } from '../../src/corpus/unhandled-errors.js';
import { nullProfiler } from '../../src/profiler/null-profiler.js';

function run(pipeline: PipelineFunction, abort = new AbortController()) {
  const unhandled = new UnhandledErrors();
  onTestFinished(() => unhandled.close());
  return runInput(pipeline, 'a', { profiler: nullProfiler, signal: abort.signal }, unhandled);
}

const STOPPED = new InputAbort('stopped', 'was stopped by SIGTERM', 20);
const TIMEOUT = new InputAbort('timeout', 'took longer than 1 s', 20);

test('gives what the pipeline returned', async () => {
  const pipeline: PipelineFunction = async (input, { profiler }) => ({ input, enabled: profiler.enabled });
  const result = { input: 'a', enabled: false };
  expect(await run(pipeline)).toEqual({ state: 'returned', result, isRunning: false });
});

test('an error before the first await fails the input', async () => {
  const outcome = await run(() => {
    throw new Error('at once');
  });
  expect(outcome).toMatchObject({
    state: 'failed',
    failure: { kind: 'exception', message: 'at once' },
    isRunning: false,
  });
});

test('an error that nobody caught fails the input, which may still be working', async () => {
  const outcome = await run(() => {
    process.emit('uncaughtException', new Error('from a timer'));
    return new Promise(() => {});
  });
  expect(outcome).toMatchObject({ state: 'failed', failure: { kind: 'uncaught' }, isRunning: true });
});

test.each([
  [STOPPED, 'unfinished', { kind: 'unfinished', message: 'was stopped by SIGTERM' }],
  [TIMEOUT, 'failed', { kind: 'timeout', message: 'took longer than 1 s' }],
])('the signal has the reason, and an input that heeds the signal is over: %s', async (reason, state, failure) => {
  const abort = new AbortController();
  const pipeline = async (_: string, { signal }: PipelineContext) => {
    abort.abort(reason);
    signal.throwIfAborted();
  };
  expect(await run(pipeline, abort)).toEqual({ state, failure, isRunning: false });
});

test.each([
  [STOPPED, 'unfinished'],
  [TIMEOUT, 'failed'],
])('an input that ignores the signal is given up after the grace, and still runs: %s', async (reason, state) => {
  const abort = new AbortController();
  const pipeline = () => {
    abort.abort(reason);
    return new Promise(() => {});
  };
  expect(await run(pipeline, abort)).toMatchObject({ state, isRunning: true });
});

test.each([
  ['counts where the run was stopped', STOPPED, { state: 'returned', result: {} }],
  ['does not count where its time was over', TIMEOUT, { state: 'failed', failure: { kind: 'timeout' } }],
])('a result within the grace %s', async (_, reason, outcome) => {
  const abort = new AbortController();
  const pipeline = async () => {
    abort.abort(reason);
    await new Promise((resolve) => setTimeout(resolve, 5));
    return {};
  };
  expect(await run(pipeline, abort)).toMatchObject({ ...outcome, isRunning: false });
});

test('listeners on the process are taken off again', () => {
  const count = () => process.listenerCount('uncaughtException') + process.listenerCount('beforeExit');
  const before = count();
  const unhandled = new UnhandledErrors();
  expect(count()).toBe(before + 2);
  unhandled.close();
  expect(count()).toBe(before);
});

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { PipelineContext, PipelineFunction } from '../../src/corpus/pipeline.js';
import { RecordFolder } from '../../src/corpus/record-folder.js';
import { type RunEvent, runInputs } from '../../src/corpus/run-inputs.js';
import { NullProfiler } from '../../src/null-profiler.js';
import type { Report } from '../../src/report/report.js';

const NEVER = new AbortController().signal;

/** Counts what is done with it; its report is not one of stages, but passes through all the same. */
class CountedProfiler extends NullProfiler {
  static open = 0;
  constructor(readonly number: number) {
    super();
    CountedProfiler.open++;
  }
  override report(): never {
    return { number: this.number } as unknown as never;
  }
  override close(): void {
    CountedProfiler.open--;
  }
}

async function run(inputs: readonly string[], pipeline: PipelineFunction, signal: AbortSignal = NEVER, graceMs = 20) {
  const path = mkdtempSync(join(tmpdir(), 'stageprof-test-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  const folder = await RecordFolder.open(path);
  const named = inputs.map((input) => ({ input, recordName: `${input}.jsonl` }));
  const events: RunEvent[] = [];
  let made = 0;
  const makeProfiler = () => new CountedProfiler(++made);
  const options = { pipeline: { name: 'p', run: pipeline }, folder, makeProfiler, signal, graceMs };
  for await (const event of runInputs(named, options)) events.push(event);
  const records = readdirSync(path).map((name) => JSON.parse(readFileSync(join(path, name), 'utf8')));
  return { events, records };
}

const report = (number: number) => ({ number }) as unknown as Report;

test('inputs run one after another, each with a profiler of its own', async () => {
  let running = 0;
  const { events, records } = await run(['a', 'b'], async (input, { profiler }) => {
    expect([++running, CountedProfiler.open]).toEqual([1, 1]);
    await new Promise(setImmediate);
    running--;
    return { upper: input.toUpperCase(), enabled: profiler.enabled };
  });
  expect(CountedProfiler.open).toBe(0);
  expect(events).toEqual([
    { type: 'started', input: 'a' },
    { type: 'done', input: 'a', profile: report(1) },
    { type: 'started', input: 'b' },
    { type: 'done', input: 'b', profile: report(2) },
  ]);
  expect(records).toEqual([
    { input: 'a', upper: 'A', enabled: false, profile: report(1) },
    { input: 'b', upper: 'B', enabled: false, profile: report(2) },
  ]);
});

test('an error before the first await fails the input, and its profile is kept', async () => {
  const { events, records } = await run(['a', 'b'], (input) => {
    if (input === 'a') throw new Error('at once');
    return {};
  });
  expect(events.map(({ type }) => type)).toEqual(['started', 'failed', 'started', 'done']);
  expect(records[0]).toEqual({
    input: 'a',
    error: { kind: 'exception', name: 'Error', message: 'at once', stack: expect.stringContaining('at once') },
    profile: report(1),
  });
});

test('each input has a signal of its own, aborted with the reason of the run', async () => {
  const stop = new AbortController();
  const signals: AbortSignal[] = [];
  const pipeline = async (input: string, { signal }: PipelineContext) => {
    signals.push(signal);
    if (input === 'b') stop.abort(new Error('enough'));
    signal.throwIfAborted();
    return {};
  };
  const { events, records } = await run(['a', 'b', 'c'], pipeline, stop.signal);
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
  expect(signals[1]!.reason).toBe(stop.signal.reason);
  // What was told to stop has not failed: it is left, without a record.
  expect(events.map(({ type }) => type)).toEqual(['started', 'done', 'started']);
  expect(records.map(({ input }) => input)).toEqual(['a']);
});

test('an input that is done within the grace has its record', async () => {
  const stop = new AbortController();
  const pipeline = async () => {
    stop.abort();
    await new Promise((resolve) => setTimeout(resolve, 5));
    return {};
  };
  const { records } = await run(['a', 'b'], pipeline, stop.signal, 5000);
  expect(records.map(({ input }) => input)).toEqual(['a']);
});

test('an input that does not heed the signal is left after the grace', async () => {
  const stop = new AbortController();
  const pipeline = () => {
    stop.abort();
    return new Promise(() => {});
  };
  const { events, records } = await run(['a', 'b'], pipeline, stop.signal);
  expect(events).toEqual([{ type: 'started', input: 'a' }]);
  expect(records).toEqual([]);
});

test('a run that is told to stop before it begins runs nothing', async () => {
  const { events } = await run(['a'], () => ({}), AbortSignal.abort());
  expect(events).toEqual([]);
});

test('listeners on the process go with the run', async () => {
  const count = () => process.listenerCount('uncaughtException') + process.listenerCount('beforeExit');
  const before = count();
  await run(['a'], () => {
    expect(count()).toBe(before + 2);
    return {};
  });
  expect(count()).toBe(before);
});

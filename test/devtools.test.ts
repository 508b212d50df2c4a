import { type PerformanceEntry, PerformanceObserver, performance } from 'node:perf_hooks';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { measureStages } from '../src/devtools.js';
import { StageProfiler } from '../src/profiler/stage-profiler.js';

let profiler: StageProfiler;
let stop = () => {};
beforeEach(() => {
  profiler = new StageProfiler();
});
afterEach(() => {
  stop();
  profiler.close();
  performance.clearMeasures();
});

async function entriesOf(program: () => unknown): Promise<PerformanceEntry[]> {
  const entries: PerformanceEntry[] = [];
  const observer = new PerformanceObserver((list) => entries.push(...list.getEntries()));
  observer.observe({ entryTypes: ['measure'] });
  await program();
  // Takes the entries that the observer has not been told of yet, since a timer can run before it is told.
  entries.push(...observer.takeRecords());
  observer.disconnect();
  return entries.sort((a, b) => a.startTime - b.startTime);
}

/** The warnings of the process while the program runs. Node emits each in a tick of its own. */
async function warningsOf(program: () => unknown): Promise<string[]> {
  const warnings: string[] = [];
  const listener = ({ message }: Error) => warnings.push(message);
  process.on('warning', listener);
  await program();
  await turn();
  process.off('warning', listener);
  return warnings;
}

test('stages are measures with their own start and duration, children within their parents', async () => {
  stop = measureStages();
  const entries = await entriesOf(() =>
    profiler.stage('a', async () => {
      await sleep(2);
      await profiler.stage('b', () => sleep(5));
    }),
  );
  const [outer, inner] = entries;
  expect(entries.map(({ name }) => name)).toEqual(['a', 'a.b']);
  expect(inner!.startTime).toBeGreaterThan(outer!.startTime + 1);
  expect(inner!.startTime + inner!.duration).toBeLessThan(outer!.startTime + outer!.duration);
  const rows = profiler.report().stages;
  expect(outer!.duration).toBeCloseTo(rows[0]!.wall_s! * 1000, 3);
  expect(inner!.duration).toBeCloseTo(rows[1]!.wall_s! * 1000, 3);
});

test('measures say whether the stage failed, and name a track', async () => {
  stop = measureStages();
  const [entry] = await entriesOf(() => profiler.stage('a', () => Promise.reject(new Error('boom'))).catch(() => {}));
  expect((entry as { detail?: unknown }).detail).toEqual({
    failed: true,
    devtools: { dataType: 'track-entry', track: 'stageprof', color: 'error' },
  });
});

test('after it is stopped, the bridge makes no more measures', async () => {
  measureStages()();
  expect(await entriesOf(() => profiler.stage('a', () => {}))).toEqual([]);
});

test('the bridge stops at its limit, and warns once', async () => {
  stop = measureStages({ limit: 2 });
  let entries: readonly PerformanceEntry[] = [];
  const warnings = await warningsOf(async () => {
    entries = await entriesOf(() => {
      for (let i = 0; i < 5; i++) profiler.stage('a', () => {});
    });
  });
  expect(entries).toHaveLength(2);
  expect(warnings).toEqual([expect.stringContaining('has made 2 entries')]);
});

test('an error in the bridge does not reach the program, and is reported once', async () => {
  const measure = vi.spyOn(performance, 'measure').mockImplementation(() => {
    throw new Error('no');
  });
  stop = measureStages();
  let results: readonly number[] = [];
  const warnings = await warningsOf(() => {
    results = [1, 2].map((n) => profiler.stage('a', () => n));
  });
  expect(results).toEqual([1, 2]);
  expect(warnings).toEqual([expect.stringContaining('misses stages, the first for this reason: Error: no')]);
  measure.mockRestore();
});

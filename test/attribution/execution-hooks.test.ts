import { promiseHooks } from 'node:v8';
import { afterEach, expect, test, vi } from 'vitest';
import { findExecutionHooks } from '../../src/attribution/execution-hooks.js';
import { scripted } from '../support/scripted-sampler.js';
import { PACKAGE, runModule } from '../support/workloads.js';

afterEach(() => vi.restoreAllMocks());

const [major] = process.versions.node.split('.').map(Number) as [number];

test('this Node is known by how it behaves', () => {
  expect(findExecutionHooks()).toMatchObject({
    method: major < 24 ? 'async_hooks' : 'v8.promiseHooks and async_hooks',
    missing: null,
  });
});

/** The flag exists from Node 22 on. Each version is run with the value that is not its default. */
test.runIf(major >= 22)('a flag that moves the stores is noticed, and costs are charged as well', () => {
  const flag = major < 24 ? '--experimental-async-context-frame' : '--no-async-context-frame';
  const { stdout, stderr } = runModule(
    `
    import { AsyncResource } from 'node:async_hooks';
    import { setTimeout as sleep } from 'node:timers/promises';
    const { StageProfiler } = await import(process.env.PACKAGE_URL);
    const profiler = new StageProfiler({ attribution: 'exact', measure: ['cpu'] });
    const busy = (ms) => { const start = process.cpuUsage(); let used; do used = process.cpuUsage(start); while (used.user + used.system < ms * 1000); };
    const work = async (ms) => { for (let i = 0; i < 10; i++) { await sleep(1); busy(ms); await null; } };
    await Promise.all([profiler.stage('a', () => work(1)), profiler.stage('b', () => work(10))]);
    const report = profiler.report();
    profiler.close();
    const [a, b] = report.stages.map((row) => row.thread_cpu_self_s);
    console.log(JSON.stringify([report.sources.attribution.method, b > 4 * a]));`,
    { PACKAGE_URL: PACKAGE },
    [flag],
  );
  expect(JSON.parse(stdout || stderr)).toEqual([major < 24 ? 'v8.promiseHooks and async_hooks' : 'async_hooks', true]);
});

/**
 * The number of hooks that are on, as Node counts them: whether promises are hooked shows nowhere else but in V8's
 * speed.
 */
test('hooks are there while an exact profiler is open, and not for any other', () => {
  const { stdout, stderr } = runModule(
    `
    import { createRequire } from 'node:module';
    const { StageProfiler } = await import(process.env.PACKAGE_URL);
    const { internalBinding } = createRequire(import.meta.url)('internal/test/binding');
    const { async_hook_fields: fields, constants: { kBefore, kAfter } } = internalBinding('async_wrap');
    const hooks = () => [fields[kBefore], fields[kAfter]];
    const found = [hooks()];
    const boundary = new StageProfiler();
    boundary.stage('a').end();
    found.push(hooks());
    boundary.close();
    const exact = new StageProfiler({ attribution: 'exact' });
    found.push(hooks());
    exact.close();
    exact.close();
    found.push(hooks());
    console.log(JSON.stringify(found));`,
    { PACKAGE_URL: PACKAGE },
    ['--expose-internals', '--no-warnings'],
  );
  expect(JSON.parse(stdout || stderr)).toEqual([
    [0, 0],
    [0, 0],
    [1, 1],
    [0, 0],
  ]);
});

test.runIf(major >= 24)('the hook on promises goes with the profiler', () => {
  const stop = vi.fn();
  const onBefore = vi.spyOn(promiseHooks, 'onBefore').mockReturnValue(stop);
  const { profiler } = scripted({ attribution: 'exact' });
  expect(onBefore).toHaveBeenCalledTimes(1);
  expect(stop).not.toHaveBeenCalled();
  profiler.close();
  expect(stop).toHaveBeenCalledTimes(1);
});

test('an error that a program catches at its top leaves nothing behind', () => {
  const { stdout, stderr } = runModule(
    `
    import { AsyncResource } from 'node:async_hooks';
    import { setTimeout as sleep } from 'node:timers/promises';
    const { StageProfiler } = await import(process.env.PACKAGE_URL);
    process.on('uncaughtException', () => {});
    const profiler = new StageProfiler({ attribution: 'exact', measure: ['cpu'] });
    const busy = (ms) => { const start = process.cpuUsage(); let used; do used = process.cpuUsage(start); while (used.user + used.system < ms * 1000); };
    await profiler.stage('a', async () => {
      const resource = new AsyncResource('test');
      for (let i = 0; i < 5; i++) setTimeout(() => resource.runInAsyncScope(() => { throw new Error('lost'); }), 1);
      await sleep(10);
    });
    await Promise.all([
      profiler.stage('b', async () => { for (let i = 0; i < 10; i++) { await sleep(1); busy(1); } }),
      profiler.stage('c', async () => { for (let i = 0; i < 10; i++) { await sleep(1); busy(10); } }),
    ]);
    profiler.close();
    const [a, b, c] = profiler.report().stages.map((row) => row.thread_cpu_self_s);
    console.log(JSON.stringify([a < c / 4, b < c / 4]));`,
    { PACKAGE_URL: PACKAGE },
  );
  expect(JSON.parse(stdout || stderr)).toEqual([true, true]);
});

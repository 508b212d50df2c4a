import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { setImmediate as immediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { openExact } from '../support/exact-run.js';
import { rowOf } from '../support/scripted-sampler.js';

describe('what runs in a stage is charged to it alone, and the rest to nobody', () => {
  test('stages within one another, by handle and by callback', () => {
    const { profiler, sampler, use, selves, outside } = openExact();
    use(1);
    const a = profiler.stage('a');
    use(10);
    profiler.stage('b', () => {
      use(100);
      profiler.stage('c', () => use(1000));
      use(200);
    });
    use(20);
    a.end();
    use(2);
    expect(selves()).toEqual({ a: 30, 'a.b': 300, 'a.b.c': 1000 });
    expect(outside()).toBe(3);
    expect(sampler.useReadings).toBe(0);
  });

  test('a row has the sum of itself and of all below it, whatever is in between', () => {
    const { profiler, use } = openExact();
    profiler.stage('a', () => {
      use(1);
      profiler.stage('b.c', () => use(10));
    });
    profiler.stage('ab', () => use(100));
    expect(rowOf(profiler, 'a')).toMatchObject({ thread_cpu_s: 11, js_kb_alloc: 11, native_kb_alloc: 0 });
    expect(rowOf(profiler, 'a.b.c')).toMatchObject({ thread_cpu_s: 10, js_kb_alloc: 10 });
    expect(rowOf(profiler, 'ab')).toMatchObject({ thread_cpu_s: 100 });
  });

  test('a label that ends in a dot is below no other, and one that begins with it is', () => {
    const { profiler, use } = openExact();
    profiler.stage('a', () => use(1));
    profiler.stage('a.', () => use(10));
    profiler.stage('a.', () => profiler.stage('b', () => use(100)));
    expect(rowOf(profiler, 'a')).toMatchObject({ thread_cpu_s: 1 });
    expect(rowOf(profiler, 'a.')).toMatchObject({ thread_cpu_s: 110 });
  });

  test('branches that await in turn', async () => {
    const { profiler, use, selves, outside } = openExact();
    const branch = (label: string, amounts: number[]): Promise<void> =>
      profiler.stage(label, async () => {
        for (const amount of amounts) {
          use(amount);
          await immediate();
        }
      });
    await Promise.all([branch('a', [1, 10, 100]), branch('b', [2, 20, 200])]);
    expect(selves()).toEqual({ a: 111, b: 222 });
    expect(outside()).toBe(0);
    expect(rowOf(profiler, 'a')).toMatchObject({ thread_cpu_s: 111, overlapped_calls: 1 });
  });

  test.each<[string, (step: () => void) => void]>([
    ['timers', (step) => setTimeout(step, 1)],
    ['immediates', (step) => setImmediate(step)],
    ['ticks', (step) => process.nextTick(step)],
    ['microtasks', (step) => queueMicrotask(step)],
    ['continuations', (step) => void Promise.resolve().then(step)],
  ])('%s of two stages and of none, in turn', async (_kind, schedule) => {
    const { profiler, use, selves, outside } = openExact();
    const three = (amount: number, done: () => void): void => {
      let left = 3;
      const step = (): void => {
        use(amount);
        if (--left > 0) schedule(step);
        else done();
      };
      schedule(step);
    };
    await Promise.all([
      profiler.stage('a', () => new Promise<void>((resolve) => three(1, resolve))),
      profiler.stage('b', () => new Promise<void>((resolve) => three(10, resolve))),
      new Promise<void>((resolve) => three(100, resolve)),
    ]);
    expect(selves()).toEqual({ a: 3, b: 30 });
    expect(outside()).toBe(300);
  });

  test('a listener is charged to the stage that emits', async () => {
    const { profiler, use, selves } = openExact();
    const emitter = new EventEmitter();
    profiler.stage('a', () => emitter.on('event', () => use(1)));
    await profiler.stage('b', async () => {
      await immediate();
      emitter.emit('event');
    });
    expect(selves()).toEqual({ a: 0, b: 1 });
  });

  test.each<[string, (fn: () => void) => () => void]>([
    [
      'an AsyncResource',
      (fn) => {
        const resource = new AsyncResource('test');
        return () => resource.runInAsyncScope(fn);
      },
    ],
    ['a bound function', (fn) => AsyncResource.bind(fn)],
    [
      'a snapshot',
      (fn) => {
        const snapshot = AsyncLocalStorage.snapshot();
        return () => snapshot(fn);
      },
    ],
  ])('%s is charged to the stage it was made in, and what called it goes on as before', async (_what, bind) => {
    const { profiler, use, selves, outside } = openExact();
    const calls: (() => void)[] = [];
    const laterUse = (amount: number) =>
      new Promise<void>((resolve) => {
        setImmediate(() => {
          calls[0]!();
          use(amount);
          resolve();
        });
      });
    let end = () => {};
    const done = new Promise<void>((resolve) => {
      end = resolve;
    });
    await Promise.all([
      profiler.stage('a', async () => {
        calls.push(bind(() => use(1)));
        await done;
      }),
      profiler.stage('b', async () => {
        await immediate();
        use(10);
        calls[0]!();
        use(20);
        await immediate();
        await laterUse(40);
        end();
      }),
    ]);
    await laterUse(100);
    expect(selves()).toEqual({ a: 2, b: 70 });
    // The last call was made after its stage had ended.
    expect(outside()).toBe(101);
  });
});

test('the report says what is exact, and by which hooks', () => {
  const { profiler } = openExact();
  const { attribution } = profiler.report().sources;
  expect(attribution.truth).toBe('exact');
  expect(['async_hooks', 'v8.promiseHooks and async_hooks']).toContain(attribution.method);
  expect(attribution.reason).toContain('thread_cpu_s');
});

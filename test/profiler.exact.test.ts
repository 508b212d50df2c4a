import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { EventEmitter } from 'node:events';
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { StageProfilerOptions } from '../src/options.js';
import { StageProfiler } from '../src/profiler.js';
import { FREE, rowOf, ScriptedSampler, type SlotValues, scripted } from './scripted-sampler.js';

let profiler: StageProfiler;
let sampler: ScriptedSampler;

function open(options: StageProfilerOptions = {}): void {
  ({ profiler, sampler } = scripted({ attribution: 'exact', ...options }));
}

afterEach(() => profiler.close());

/** The thread uses so many seconds of CPU, and as many KiB of its JS heap and of its native heap. */
function use(amount: number): void {
  sampler.advance({
    wall_ns: amount * 1e9,
    thread_cpu_ns: amount * 1e9,
    js_alloc_bytes: amount * 1024,
    thread_native_alloc_bytes: amount * 1024,
  });
}

/** Self values by label, held to be the same of all three. */
function selves(): Record<string, number | null> {
  return Object.fromEntries(
    profiler.report().stages.map((row) => {
      expect(row.js_kb_alloc_self).toBe(row.thread_cpu_self_s);
      expect(row.native_kb_alloc_self).toBe(row.thread_cpu_self_s);
      return [row.stage, row.thread_cpu_self_s];
    }),
  );
}

function outside(): number | undefined {
  const { exact } = profiler.report();
  expect(exact?.js_kb_alloc).toEqual(exact?.thread_cpu_s);
  expect(exact?.native_kb_alloc).toEqual(exact?.thread_cpu_s);
  const sum = Object.values(selves()).reduce<number>((total, self) => total + (self ?? 0), 0);
  expect(sum + exact!.thread_cpu_s!.outside).toBeCloseTo(exact!.thread_cpu_s!.total, 9);
  return exact?.thread_cpu_s?.outside;
}

describe('what runs in a stage is charged to it alone, and the rest to nobody', () => {
  test('stages within one another, by handle and by callback', () => {
    open();
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
    expect(sampler.sliceReadings).toBe(0);
  });

  test('a row has the sum of itself and of all below it, whatever is in between', () => {
    open();
    profiler.stage('a', () => {
      use(1);
      profiler.stage('b.c', () => use(10));
    });
    profiler.stage('ab', () => use(100));
    expect(rowOf(profiler, 'a')).toMatchObject({ thread_cpu_s: 11, js_kb_alloc: 11, native_kb_alloc: 0 });
    expect(rowOf(profiler, 'a.b.c')).toMatchObject({ thread_cpu_s: 10, js_kb_alloc: 10 });
    expect(rowOf(profiler, 'ab')).toMatchObject({ thread_cpu_s: 100 });
  });

  test('branches that await in turn', async () => {
    open();
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
    open();
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
    open();
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
    open();
    const calls: (() => void)[] = [];
    await Promise.all([
      profiler.stage('a', async () => {
        calls.push(bind(() => use(1)));
        await sleep(5);
      }),
      profiler.stage('b', async () => {
        await immediate();
        use(10);
        calls[0]!();
        use(20);
        await immediate();
        setImmediate(() => {
          calls[0]!();
          use(40);
        });
        await sleep(2);
      }),
    ]);
    setImmediate(() => {
      calls[0]!();
      use(100);
    });
    await sleep(2);
    expect(selves()).toEqual({ a: 2, b: 70 });
    // The last call came when its stage had ended.
    expect(outside()).toBe(101);
  });
});

describe('ends', () => {
  test('what an ended stage still runs belongs to the nearest open one, else to none', async () => {
    open();
    let late: Promise<void> = Promise.resolve();
    await profiler.stage('a', async () => {
      profiler.stage('b', () => {
        late = sleep(1).then(() => use(1));
      });
      await late;
      use(10);
    });
    profiler.stage('c', () => {
      late = sleep(1).then(() => use(100));
    });
    await late;
    expect(selves()).toEqual({ a: 11, 'a.b': 0, c: 0 });
    expect(outside()).toBe(100);
  });

  test('a stage started late has its own, and after it the nearest open one runs', async () => {
    open();
    let late: Promise<void> = Promise.resolve();
    await profiler.stage('a', async () => {
      profiler.stage('b', () => {
        late = sleep(1).then(() => {
          use(1);
          profiler.stage('c', () => use(10));
          use(2);
        });
      });
      await late;
    });
    expect(selves()).toEqual({ a: 3, 'a.b': 0, 'a.b.c': 10 });
  });

  test('after an error the stage around it goes on', async () => {
    open();
    await profiler.stage('a', async () => {
      use(1);
      expect(() =>
        profiler.stage('b', () => {
          use(10);
          throw new Error('b');
        }),
      ).toThrow('b');
      use(2);
      await expect(
        profiler.stage('c', async () => {
          use(100);
          await immediate();
          use(200);
          throw new Error('c');
        }),
      ).rejects.toThrow('c');
      use(4);
    });
    use(1000);
    expect(selves()).toEqual({ a: 7, 'a.b': 10, 'a.c': 300 });
    expect(outside()).toBe(1000);
  });

  test('of handles ended out of order the innermost open one runs', () => {
    open();
    const a = profiler.stage('a');
    use(1);
    const b = profiler.stage('b');
    use(10);
    a.end();
    use(20);
    b.end();
    use(100);
    expect(selves()).toEqual({ a: 1, 'a.b': 30 });
    expect(outside()).toBe(100);
  });

  test('a handle ended in another context ends nothing there', async () => {
    open();
    const handle = profiler.stage('a');
    await profiler.stage('b', async () => {
      use(1);
      handle.end();
      use(2);
    });
    use(10);
    expect(selves()).toEqual({ a: 0, 'a.b': 3 });
    expect(outside()).toBe(10);
  });

  test('a handle that is open across an await runs while its context does', async () => {
    open();
    await Promise.all([
      profiler.stage('a', async () => {
        const handle = profiler.stage('h');
        use(1);
        await immediate();
        use(2);
        handle.end();
        use(4);
      }),
      profiler.stage('b', async () => {
        use(10);
        await immediate();
        use(20);
      }),
    ]);
    expect(selves()).toEqual({ a: 4, 'a.h': 3, b: 30 });
  });

  test('closed with calls open, they have what they used, and later events change nothing', async () => {
    open();
    const pending = profiler.stage('a', async () => {
      use(1);
      await immediate();
      use(100);
    });
    use(10);
    profiler.close();
    const report = profiler.report();
    use(1000);
    await pending;
    expect(profiler.report()).toEqual(report);
    expect(rowOf(profiler, 'a')).toMatchObject({ calls: 0, open: 1, thread_cpu_self_s: 1, thread_cpu_s: 1 });
    expect(report.exact?.thread_cpu_s).toEqual({ total: 11, outside: 10 });
  });
});

describe('readings', () => {
  test('one a change of the stage that runs, and none for what goes on in one', async () => {
    open();
    await profiler.stage('a', async () => {
      for (let i = 0; i < 10; i++) await null;
      const before = sampler.sliceReadings;
      expect(before).toBeGreaterThan(0);
      for (let i = 0; i < 100; i++) await null;
      expect(sampler.sliceReadings).toBe(before);
    });
  });

  test('what the thread uses from where the event loop waits on is outside, though the same stage runs next', async () => {
    open();
    await profiler.stage('a', async () => {
      use(1);
      const woken = immediate();
      setImmediate(() => {});
      sampler.wait();
      use(10);
      await woken;
      use(2);
    });
    // Without a real loop the wait is said by the script, while the stage runs.
    expect(selves()).toEqual({ a: 3 });
    expect(outside()).toBe(10);
  });

  test('a sample after a wait loses nothing', () => {
    open();
    const handle = profiler.stage('a');
    use(1);
    sampler.wait();
    use(10);
    handle.end();
    expect(selves()).toEqual({ a: 1 });
    expect(outside()).toBe(10);
  });

  test('what a forced collection uses is outside', () => {
    open({ collect: 'every' });
    const collected = profiler.stage('a', () => use(1));
    expect(collected).toBeUndefined();
    expect(selves()).toEqual({ a: 1 });
    expect(outside()).toBe(0);
  });

  test('in the middle of a run the report has all so far, each time', async () => {
    open();
    await profiler.stage('a', async () => {
      use(1);
      expect([selves(), outside()]).toEqual([{ a: 1 }, 0]);
      expect([selves(), outside()]).toEqual([{ a: 1 }, 0]);
      use(2);
      expect([selves(), outside()]).toEqual([{ a: 3 }, 0]);
      expect(rowOf(profiler, 'a').thread_cpu_s).toBe(3);
    });
  });
});

describe('what cannot be measured', () => {
  const NOT_READ = { js_alloc_bytes: Number.NaN, thread_native_alloc_bytes: Number.NaN };

  function openWithout(values: SlotValues): void {
    sampler = new ScriptedSampler();
    sampler.set(values);
    profiler = new StageProfiler({ attribution: 'exact' }, { sampler, stageCost: FREE });
  }

  test('a slot that is not read is null, and the others are still charged', () => {
    openWithout(NOT_READ);
    profiler.stage('a', () => sampler.advance({ thread_cpu_ns: 1e9 }));
    expect(rowOf(profiler, 'a')).toMatchObject({
      thread_cpu_self_s: 1,
      thread_cpu_s: 1,
      js_kb_alloc_self: null,
      js_kb_alloc: null,
      native_kb_alloc_self: null,
    });
    expect(profiler.report().exact).toEqual({
      thread_cpu_s: { total: 1, outside: 0 },
      js_kb_alloc: null,
      native_kb_alloc: null,
    });
  });

  test('with none of the slots there is nothing to charge, and the report says so', () => {
    openWithout({ ...NOT_READ, thread_cpu_ns: Number.NaN });
    profiler.stage('a', () => sampler.pass(1));
    const { attribution } = profiler.report().sources;
    expect(attribution.truth).toBe('bounded');
    expect(attribution.reason).toMatch(/^not exact: .*overlapped_calls/);
    expect(profiler.report().exact).toBeNull();
  });

  test('without exact attribution nothing of it is reported, and no hook reads anything', async () => {
    open({ attribution: 'boundary' });
    await profiler.stage('a', async () => {
      use(1);
      await immediate();
      use(2);
    });
    expect(rowOf(profiler, 'a')).toMatchObject({
      thread_cpu_s: 3,
      thread_cpu_self_s: null,
      js_kb_alloc_self: null,
      native_kb_alloc_self: null,
    });
    expect(profiler.report().exact).toBeNull();
    expect(sampler.sliceReadings).toBe(0);
    expect(profiler.report().sources.attribution).toMatchObject({ truth: 'bounded' });
  });
});

test('the report says what is exact, and by which hooks', () => {
  open();
  const { attribution } = profiler.report().sources;
  expect(attribution.truth).toBe('exact');
  expect(['async_hooks', 'v8.promiseHooks and async_hooks']).toContain(attribution.method);
  expect(attribution.reason).toContain('thread_cpu_s');
});

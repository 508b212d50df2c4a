import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { openExact } from '../support/exact-run.js';
import { rowOf } from '../support/scripted-sampler.js';

describe('ends', () => {
  test('what an ended stage still runs belongs to the nearest open one, else to none', async () => {
    const { profiler, use, selves, outside } = openExact();
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
    const { profiler, use, selves } = openExact();
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
    const { profiler, use, selves, outside } = openExact();
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

  test('where handles end out of order, the innermost open one runs', () => {
    const { profiler, use, selves, outside } = openExact();
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
    const { profiler, use, selves, outside } = openExact();
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
    const { profiler, use, selves } = openExact();
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
    const { profiler, use } = openExact();
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

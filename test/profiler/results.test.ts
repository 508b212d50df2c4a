import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { StageProfiler } from '../../src/profiler/stage-profiler.js';
import { rowOf, ScriptedSampler, scripted } from '../support/scripted-sampler.js';
import { PACKAGE, runModule } from '../support/workloads.js';

describe('results', () => {
  test.each([
    ['undefined', undefined],
    ['null', null],
    ['zero', 0],
    ['a string', 'text'],
    ['an object', { a: 1 }],
    ['a function', () => {}],
    ['an array', [1]],
    ['NaN', Number.NaN],
  ])('%s comes back as it is', (_kind, value) => {
    const { profiler } = scripted();
    expect(profiler.stage('a', () => value)).toBe(value);
    expect(profiler.wrap('b', () => value)()).toBe(value);
    expect(rowOf(profiler, 'a')).toMatchObject({ calls: 1, errors: 0 });
  });

  test.each([
    ['an error', new Error('boom')],
    ['undefined', undefined],
    ['null', null],
    ['a string', 'text'],
    ['a frozen object', Object.freeze({})],
  ])('%s that is thrown comes through as it is, and the call is counted in errors', (_kind, thrown) => {
    const { profiler, sampler } = scripted();
    let caught: unknown = 'nothing';
    try {
      profiler.stage('a', () => {
        sampler.pass(10);
        throw thrown;
      });
    } catch (error) {
      caught = error;
    }
    expect(caught).toBe(thrown);
    expect(rowOf(profiler, 'a')).toMatchObject({ calls: 1, errors: 1, open: 0, wall_s: 10e-9 });
  });

  test('an error that passes through several stages is counted in each', () => {
    const { profiler } = scripted();
    const error = new Error('boom');
    expect(() =>
      profiler.stage('a', () =>
        profiler.stage('b', () => {
          throw error;
        }),
      ),
    ).toThrow(error);
    profiler.stage('a', () => {});
    expect(rowOf(profiler, 'a')).toMatchObject({ calls: 2, errors: 1 });
    expect(rowOf(profiler, 'a.b')).toMatchObject({ calls: 1, errors: 1 });
  });
});

describe('promises', () => {
  test('a call is open until its promise settles', async () => {
    const { profiler, sampler } = scripted();
    const value = {};
    const promise = profiler.stage('a', async () => {
      sampler.pass(10);
      await null;
      sampler.pass(30);
      return value;
    });
    expect(rowOf(profiler, 'a')).toMatchObject({ calls: 0, open: 1, wall_s: 10e-9, errors: 0 });
    expect(await promise).toBe(value);
    expect(rowOf(profiler, 'a')).toMatchObject({ calls: 1, open: 0, wall_s: 40e-9, errors: 0 });
  });

  test('a rejection comes through with its identity and is counted in errors', async () => {
    const { profiler } = scripted();
    const reason = { not: 'an error' };
    const caught = await profiler.stage('a', () => Promise.reject(reason)).catch((error: unknown) => error);
    expect(caught).toBe(reason);
    expect(rowOf(profiler, 'a')).toMatchObject({ calls: 1, errors: 1, open: 0 });
  });

  test('a thenable that is no promise is a plain result: nobody calls its then', () => {
    const { profiler } = scripted();
    let triggered = 0;
    const lazy = {
      // biome-ignore lint/suspicious/noThenProperty: that it is a thenable is the point
      then() {
        triggered++;
      },
    };
    expect(profiler.stage('a', () => lazy)).toBe(lazy);
    expect(triggered).toBe(0);
    expect(rowOf(profiler, 'a')).toMatchObject({ calls: 1, open: 0 });
  });

  test('a promise of a subclass is returned itself', async () => {
    class Cancellable<T> extends Promise<T> {
      cancelled = false;
      cancel(): void {
        this.cancelled = true;
      }
    }
    const { profiler, sampler } = scripted();
    let resolve = (_value: number): void => {};
    const original = new Cancellable<number>((done) => (resolve = done));
    const returned = profiler.stage('a', () => original);
    expect(returned).toBe(original);
    sampler.pass(20);
    resolve(5);
    expect(await returned).toBe(5);
    expect(rowOf(profiler, 'a')).toMatchObject({ calls: 1, open: 0, wall_s: 20e-9 });

    const reason = new Error('boom');
    const failing = profiler.stage('a', () => Cancellable.reject(reason));
    expect(await failing.catch((error: unknown) => error)).toBe(reason);
    expect(rowOf(profiler, 'a')).toMatchObject({ calls: 2, errors: 1, open: 0 });
  });

  test('a promise with properties of its own, as promisify(exec) returns, keeps them', async () => {
    const { profiler } = scripted();
    const original = Object.assign(Promise.resolve(1), { child: { pid: 4711 } });
    const returned = profiler.stage('a', () => original);
    expect(returned.child).toEqual({ pid: 4711 });
    await returned;
    expect(rowOf(profiler, 'a')).toMatchObject({ calls: 1, open: 0 });
  });

  test('a promise of another realm is a promise', async () => {
    const { profiler, sampler } = scripted();
    const promise = profiler.stage('a', () => {
      sampler.pass(10);
      return runInNewContext('Promise.resolve(6)') as Promise<number>;
    });
    expect(rowOf(profiler, 'a').open).toBe(1);
    expect(await promise).toBe(6);
    expect(rowOf(profiler, 'a')).toMatchObject({ calls: 1, open: 0, wall_s: 10e-9 });
  });

  const child = (body: string) =>
    runModule(`
      import { StageProfiler } from ${JSON.stringify(PACKAGE)};
      const profiler = new StageProfiler();
      ${body}
    `);

  test('a rejection that nobody handles still ends the process', () => {
    const { code, stderr } = child(`
      profiler.stage('a', async () => { throw new Error('nobody waits for this') });
      setTimeout(() => process.exit(0), 500);
    `);
    expect(code).toBe(1);
    expect(stderr).toContain('nobody waits for this');
  });

  test('a rejection that nobody handles is one unhandledRejection, with its reason', () => {
    const { code, stdout } = child(`
      const reason = { id: 1 };
      process.on('unhandledRejection', (found) => console.log(found === reason));
      profiler.stage('a', () => profiler.stage('b', async () => { throw reason }));
      setTimeout(() => console.log(profiler.report().stages.map(({ errors }) => errors).join()), 20);
    `);
    expect(stdout).toBe('true\n1,1\n');
    expect(code).toBe(0);
  });

  test('a rejection that is handled is not reported', () => {
    const { code, stdout } = child(`
      class Own extends Promise {}
      process.on('unhandledRejection', () => console.log('unhandled'));
      for (const reject of [() => Promise.reject(1), () => Own.reject(2), async () => { throw 3 }]) {
        profiler.stage('a', reject).catch((reason) => console.log(reason));
      }
    `);
    expect(stdout.split('\n').sort().join('')).toBe('123');
    expect(code).toBe(0);
  });
});

describe('wrap', () => {
  test('keeps this, arguments, name, length and properties', () => {
    const { profiler } = scripted();
    const received: unknown[] = [];
    function original(this: unknown, a: number, b: string, ...rest: unknown[]): string {
      received.push(this, [a, b, ...rest]);
      return 'result';
    }
    original.version = 3;
    const wrapped = profiler.wrap('w', original);
    const self = { wrapped };
    expect((self.wrapped as (...all: unknown[]) => string)(1, 'two', 'extra')).toBe('result');
    expect(received).toEqual([self, [1, 'two', 'extra']]);
    expect(received[0]).toBe(self);
    expect(wrapped).toHaveProperty('name', 'original');
    expect(wrapped).toHaveLength(2);
    expect(wrapped.version).toBe(3);
    expect(rowOf(profiler, 'w')).toMatchObject({ calls: 1, errors: 0 });
  });

  test('measures each call under the stage that is current then', async () => {
    const { profiler, sampler } = scripted();
    const wrapped = profiler.wrap('w', async (wallNs: number) => {
      await null;
      sampler.pass(wallNs);
    });
    await wrapped(10);
    await profiler.stage('a', () => wrapped(30));
    expect(rowOf(profiler, 'w').wall_s).toBe(10e-9);
    expect(rowOf(profiler, 'a.w').wall_s).toBe(30e-9);
  });

  test('errors and rejections come through with their identity', async () => {
    const { profiler } = scripted();
    const error = new Error('boom');
    const throws = profiler.wrap('w', () => {
      throw error;
    });
    const rejects = profiler.wrap('w', () => Promise.reject(error));
    expect(throws).toThrow(error);
    expect(await rejects().catch((reason: unknown) => reason)).toBe(error);
    expect(rowOf(profiler, 'w')).toMatchObject({ calls: 2, errors: 2 });
  });

  test('a class can still be constructed and extended', () => {
    const { profiler } = scripted();
    class Point {
      static readonly origin = 'here';
      constructor(readonly x: number) {}
    }
    const Wrapped = profiler.wrap('w', Point as unknown as (x: number) => Point) as unknown as typeof Point;
    const point = new Wrapped(4);
    expect(point.x).toBe(4);
    expect(point).toBeInstanceOf(Point);
    expect(point).toBeInstanceOf(Wrapped);
    expect(Wrapped.origin).toBe('here');
    expect(new (class extends Wrapped {})(5).x).toBe(5);
    expect(() => (Wrapped as unknown as () => void)()).toThrow(/without 'new'|class/);
  });
});

describe('a reading of a clock that fails', () => {
  /** The first boundaries of a profiler are all measured, each by three readings of this clock. */
  function failingAt(reading: number) {
    const sampler = new ScriptedSampler();
    let readings = 0;
    sampler.readThreadCpuNs = () => {
      if (++readings === reading) throw new RangeError('Maximum call stack size exceeded');
      return readings;
    };
    return new StageProfiler({}, { sampler });
  }
  const readings = Array.from({ length: 12 }, (_, index) => index + 2);

  test.each(readings)('leaves no call open, whichever it is: %i', async (reading) => {
    for (const form of [
      (profiler: StageProfiler) => profiler.stage('a', () => profiler.stage('b', () => 1)),
      (profiler: StageProfiler) => profiler.stage('a', async () => profiler.stage('b', async () => 1)),
      (profiler: StageProfiler) => {
        const [outer, inner] = [profiler.stage('a'), profiler.stage('b')];
        inner.end();
        outer.end();
        return 1;
      },
    ]) {
      const profiler = failingAt(reading);
      expect(await form(profiler)).toBe(1);
      // The last of these finds out what the ones before have left.
      for (const label of ['later', 'last']) profiler.stage(label, () => {});
      const report = profiler.report();
      expect(report.stages.filter(({ open }) => open !== 0)).toEqual([]);
      // Where the context of a stage could not be left, what comes next is still under its label.
      expect(report.stages.at(-1)).toMatchObject({
        stage: expect.stringMatching(/^(a\.)?last$/),
        calls: 1,
        overlapped_calls: 0,
      });
    }
  });

  test.each(readings)('leaves no rejection unhandled that the program handles: %i', async (reading) => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    try {
      const profiler = failingAt(reading);
      const reason = new Error('expected');
      const rejected = profiler.stage('a', async () => {
        await null;
        throw reason;
      });
      expect(await rejected.catch((caught: unknown) => caught)).toBe(reason);
      await new Promise((resolve) => setTimeout(resolve, 1));
    } finally {
      process.off('unhandledRejection', note);
    }
    expect(unhandled).toEqual([]);
  });
});

describe('a program that runs out of stack', () => {
  test('leaves no call open, and what follows is counted as ever', () => {
    const { profiler } = scripted();
    const recurse = (): unknown => profiler.stage('a', recurse);
    for (let i = 0; i < 5; i++) expect(recurse).toThrow(RangeError);
    for (let i = 0; i < 10; i++) profiler.stage('later', () => {});
    expect(rowOf(profiler, 'later')).toMatchObject({ calls: 10, overlapped_calls: 0 });
    expect(profiler.report().stages.filter(({ open }) => open !== 0)).toEqual([]);
  });

  test('has a report of bounded size', () => {
    const { profiler } = scripted();
    const recurse = (depth: number): void =>
      profiler.stage('x'.repeat(100), () => (depth > 0 ? recurse(depth - 1) : undefined));
    recurse(500);
    const { stages, labels_folded } = profiler.report();
    expect(labels_folded).toBeGreaterThan(0);
    expect(stages.length).toBeLessThan(20);
  });
});

test('a promise whose class refuses to make another is handed out, its call ended', async () => {
  const { profiler } = scripted();
  const promise = Promise.resolve(1);
  const refuse = (): never => {
    throw new Error('refused');
  };
  Object.defineProperty(promise, 'constructor', { value: { [Symbol.species]: refuse } });
  const returned = profiler.stage('a', () => promise);
  expect(Object.is(returned, promise)).toBe(true);
  expect(rowOf(profiler, 'a')).toMatchObject({ calls: 1, open: 0 });
});

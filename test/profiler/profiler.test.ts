import { describe, expect, test } from 'vitest';
import type { StageProfiler } from '../../src/profiler/stage-profiler.js';
import { labelsOf, rowOf, scripted } from '../support/scripted-sampler.js';

describe('the two forms', () => {
  test('a handle measures from its opening to its end', () => {
    const { profiler, sampler } = scripted();
    sampler.pass(100);
    const handle = profiler.stage('a');
    sampler.pass(2_500);
    handle.end();
    sampler.pass(9_000);
    expect(rowOf(profiler, 'a')).toMatchObject({ calls: 1, errors: 0, open: 0, wall_s: 2.5e-6, wall_max_s: 2.5e-6 });
  });

  test('a callback measures while it runs, and returns its result', () => {
    const { profiler, sampler } = scripted();
    sampler.pass(100);
    const result = profiler.stage('a', () => {
      sampler.pass(2_500);
      return 42;
    });
    sampler.pass(9_000);
    expect(result).toBe(42);
    expect(rowOf(profiler, 'a')).toMatchObject({ calls: 1, errors: 0, open: 0, wall_s: 2.5e-6, wall_max_s: 2.5e-6 });
  });

  test('calls of one label add up, the slowest is kept, and each is in the histogram', () => {
    const { profiler, sampler } = scripted();
    for (const wallNs of [40, 1_000, 300, 1_000]) profiler.stage('a', () => sampler.pass(wallNs));
    expect(rowOf(profiler, 'a')).toMatchObject({ calls: 4, wall_s: 2.34e-6, wall_max_s: 1e-6 });
    expect(rowOf(profiler, 'a').wall_hist.map(([, count]) => count)).toEqual([1, 1, 2]);
  });

  test('a using declaration ends its handle where its block ends, also by an exception', () => {
    const { profiler, sampler } = scripted();
    const thrown = new Error('from the block');
    expect(() => {
      using outer = profiler.stage('a');
      {
        using inner = profiler.stage('b');
        expect(inner.label).toBe('a.b');
        sampler.pass(10);
      }
      sampler.pass(5);
      expect(outer.label).toBe('a');
      throw thrown;
    }).toThrow(thrown);
    expect(rowOf(profiler, 'a')).toMatchObject({ calls: 1, open: 0, wall_s: 15e-9 });
    expect(rowOf(profiler, 'a.b')).toMatchObject({ calls: 1, open: 0, wall_s: 10e-9 });
  });

  test('a using declaration closes a profiler', () => {
    const { profiler, sampler } = scripted();
    {
      using closing = profiler;
      closing.stage('a').end();
    }
    expect(sampler.closes).toBe(1);
    expect(profiler.report().stages).toHaveLength(1);
  });

  test('a handle knows its full label', () => {
    const { profiler } = scripted();
    profiler.stage('a', () => {
      const b = profiler.stage('b.c');
      expect(b.label).toBe('a.b.c');
      expect(profiler.stage('d').label).toBe('a.b.c.d');
    });
  });

  test('ending a handle twice ends it once, also when its object stands for another call by then', () => {
    const { profiler, sampler } = scripted();
    const first = profiler.stage('first');
    sampler.pass(10);
    first.end();
    const second = profiler.stage('second');
    sampler.pass(100);
    first.end();
    first[Symbol.dispose]();
    sampler.pass(1_000);
    second.end();
    expect(rowOf(profiler, 'first')).toMatchObject({ calls: 1, open: 0, wall_s: 10e-9 });
    expect(rowOf(profiler, 'second')).toMatchObject({ calls: 1, open: 0, wall_s: 1_100e-9 });
    expect(profiler.report().warnings).toEqual([]);
  });
});

describe('labels', () => {
  test('a stage inside a stage is labelled by the path', () => {
    const { profiler } = scripted();
    profiler.stage('a', () => {
      profiler.stage('b', () => profiler.stage('c').end());
      using _ = profiler.stage('d');
      profiler.stage('e', () => {});
    });
    profiler.stage('b', () => {});
    expect(labelsOf(profiler)).toEqual(['a', 'a.b', 'a.b.c', 'a.d', 'a.d.e', 'b']);
  });

  test('rows stand in order of first entry, not of first exit', () => {
    const { profiler } = scripted();
    const handles = ['z', 'm', 'a'].map((label) => profiler.stage(label));
    for (const handle of handles.reverse()) handle.end();
    expect(labelsOf(profiler)).toEqual(['z', 'z.m', 'z.m.a']);
  });

  test('a dotted label is a path: it shares the row of the same stages nested', () => {
    const { profiler, sampler } = scripted();
    profiler.stage('a', () => profiler.stage('b', () => sampler.pass(3)));
    profiler.stage('a.b', () => sampler.pass(4));
    expect(labelsOf(profiler)).toEqual(['a', 'a.b']);
    expect(rowOf(profiler, 'a.b')).toMatchObject({ calls: 2, wall_s: 7e-9 });
  });

  test('a recursive stage is one level deeper each time, and each level counts its total once', () => {
    const { profiler, sampler } = scripted();
    const recurse = (levels: number): void =>
      profiler.stage('a', () => {
        sampler.pass(10);
        if (levels > 1) recurse(levels - 1);
      });
    recurse(3);
    expect(labelsOf(profiler)).toEqual(['a', 'a.a', 'a.a.a']);
    expect(profiler.report().stages.map(({ calls, wall_s, wall_self_s }) => [calls, wall_s, wall_self_s])).toEqual([
      [1, 30e-9, 10e-9],
      [1, 20e-9, 10e-9],
      [1, 10e-9, 10e-9],
    ]);
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'stage', '.', ' ', 'ü\n"😀'])(
    '%j is an ordinary label',
    (label) => {
      const { profiler, sampler } = scripted();
      for (let i = 0; i < 2; i++) profiler.stage(label, () => profiler.stage(label, () => sampler.pass(5)));
      expect(labelsOf(profiler)).toEqual([label, `${label}.${label}`]);
      expect(rowOf(profiler, label)).toMatchObject({ calls: 2, wall_s: 10e-9 });
      expect(JSON.parse(JSON.stringify(profiler.report())).stages[0].stage).toBe(label);
    },
  );

  const wrongLabels: readonly [string, unknown][] = [
    ['an empty string', ''],
    ['null', null],
    ['undefined', undefined],
    ['a number', 7],
    ['a symbol', Symbol('s')],
    ['an object', { toString: () => 'a' }],
    ['a String object', new String('a')],
    ['an array', ['a']],
    ['a bigint', 1n],
  ];

  const entries: readonly [string, (profiler: StageProfiler, label: string) => unknown][] = [
    ['a handle', (profiler, label) => profiler.stage(label)],
    ['a callback', (profiler, label) => profiler.stage(label, () => {})],
    ['a wrapped function', (profiler, label) => profiler.wrap(label, () => {})()],
  ];

  test.each(
    entries.flatMap(([form, enter]) => wrongLabels.map(([kind, label]) => [kind, form, label, enter] as const)),
  )('%s as the label of %s is a TypeError that opens nothing', (_kind, _form, label, enter) => {
    const { profiler, sampler } = scripted();
    const expected = expect.objectContaining({
      name: 'TypeError',
      code: 'ERR_STAGEPROF_LABEL',
      message: expect.stringContaining('non-empty string'),
    });
    expect(() => enter(profiler, label as string)).toThrow(expected);
    profiler.stage('a', () => expect(() => enter(profiler, label as string)).toThrow(expected));
    sampler.pass(1);
    expect(labelsOf(profiler)).toEqual(['a']);
    expect(profiler.report().stages[0]).toMatchObject({ calls: 1, open: 0 });
  });

  test.each([null, 5, 'text', {}])('%j in place of the function is a TypeError that opens nothing', (fn) => {
    const { profiler } = scripted();
    const expected = expect.objectContaining({ name: 'TypeError', code: 'ERR_STAGEPROF_FUNCTION' });
    expect(() => profiler.stage('a', fn as unknown as () => void)).toThrow(expected);
    expect(() => profiler.wrap('a', fn as unknown as () => void)).toThrow(expected);
    expect(labelsOf(profiler)).toEqual([]);
  });
});

describe('past maxLabels', () => {
  test('new labels fold into the (other) of their parent and are counted once each', () => {
    const { profiler, sampler } = scripted({ maxLabels: 2 });
    for (let round = 0; round < 2; round++) {
      profiler.stage('a', () => {
        for (const label of ['b', 'c', 'd']) profiler.stage(label, () => sampler.pass(10));
      });
      profiler.stage('e', () => sampler.pass(100));
    }
    expect(labelsOf(profiler)).toEqual(['a', 'a.b', 'a.(other)', '(other)']);
    expect(rowOf(profiler, 'a.(other)')).toMatchObject({ calls: 4, wall_s: 40e-9 });
    expect(rowOf(profiler, '(other)')).toMatchObject({ calls: 2, wall_s: 200e-9 });
    expect(profiler.report().labels_folded).toBe(3);
  });

  test('the children of a folded stage stay in the same (other)', () => {
    const { profiler } = scripted({ maxLabels: 1 });
    profiler.stage('a', () => profiler.stage('b', () => profiler.stage('c', () => profiler.stage('d').end())));
    expect(labelsOf(profiler)).toEqual(['a', 'a.(other)']);
    expect(rowOf(profiler, 'a.(other)').calls).toBe(3);
    expect(profiler.report().labels_folded).toBe(3);
  });

  test('within the limit nothing folds', () => {
    const { profiler } = scripted({ maxLabels: 3 });
    for (const label of ['a', 'b', 'c', 'a', 'b']) profiler.stage(label).end();
    expect(labelsOf(profiler)).toEqual(['a', 'b', 'c']);
    expect(profiler.report().labels_folded).toBe(0);
  });
});

describe('closing', () => {
  test('close is idempotent and closes the sampler once', () => {
    const { profiler, sampler } = scripted();
    profiler.close();
    profiler.close();
    profiler[Symbol.dispose]();
    expect(sampler.closes).toBe(1);
  });

  test('the report of a closed profiler stays that of the moment it was closed', () => {
    const { profiler, sampler } = scripted();
    profiler.stage('a', () => sampler.pass(10));
    sampler.pass(5);
    profiler.close();
    const report = profiler.report();
    sampler.pass(1_000);
    expect(profiler.report()).toEqual(report);
    expect(report).toMatchObject({ total_wall_s: 15e-9, outside_wall_s: 5e-9 });
  });

  test('calls open at close count as open, and their late end is harmless', async () => {
    const { profiler, sampler } = scripted();
    const handle = profiler.stage('handle');
    let settle = (): void => {};
    const pending = profiler.stage('pending', () => new Promise<void>((resolve) => (settle = resolve)));
    sampler.pass(10);
    profiler.close();
    const before = profiler.report();
    expect(before.stages.map(({ stage, calls, open, wall_s }) => [stage, calls, open, wall_s])).toEqual([
      ['handle', 0, 1, 10e-9],
      ['handle.pending', 0, 1, 10e-9],
    ]);
    handle.end();
    settle();
    await pending;
    expect(profiler.report()).toEqual(before);
  });

  test('a stage after close runs its function and measures nothing', async () => {
    const { profiler } = scripted();
    const wrapped = profiler.wrap('w', (x: number) => x + 1);
    profiler.close();
    expect(profiler.stage('a', () => 7)).toBe(7);
    expect(await profiler.stage('a', async () => 8)).toBe(8);
    expect(wrapped(1)).toBe(2);
    profiler.stage('a').end();
    expect(labelsOf(profiler)).toEqual([]);
  });

  test('a stage that closes its own profiler still returns its result', () => {
    const { profiler } = scripted();
    const result = profiler.stage('a', () => {
      profiler.close();
      return profiler.stage('b', () => 3);
    });
    expect(result).toBe(3);
    expect(profiler.report().stages).toMatchObject([{ stage: 'a', calls: 0, open: 1 }]);
  });

  test('two profilers at once do not see each other', () => {
    const a = scripted();
    const b = scripted();
    a.profiler.stage('a', () => b.profiler.stage('b', () => a.profiler.stage('c', () => b.sampler.pass(5))));
    expect(labelsOf(a.profiler)).toEqual(['a', 'a.c']);
    expect(labelsOf(b.profiler)).toEqual(['b']);
    expect(rowOf(b.profiler, 'b').wall_s).toBe(5e-9);
  });
});

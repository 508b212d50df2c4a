import { describe, expect, test } from 'vitest';
import type { StageProfiler } from '../../src/profiler/stage-profiler.js';
import { rowOf, type ScriptedSampler, scripted } from '../support/scripted-sampler.js';
import { asyncContextHere } from '../support/workloads.js';

/** A callback-form call that ends when the test says so. */
function opened(profiler: StageProfiler, label: string): { end(): Promise<void>; inside<T>(fn: () => T): T } {
  let settle = (): void => {};
  let inside!: <T>(fn: () => T) => T;
  const promise = profiler.stage(label, () => {
    inside = asyncContextHere();
    return new Promise<void>((resolve) => (settle = resolve));
  });
  return {
    inside,
    end() {
      settle();
      return promise;
    },
  };
}

describe('self times', () => {
  test('a parent has what its children do not, in wall and in CPU time', () => {
    const { profiler, sampler } = scripted();
    const work = (wall: number, cpu: number): void => sampler.advance({ wall_ns: wall, process_cpu_ns: cpu });
    profiler.stage('a', () => {
      work(1, 2);
      profiler.stage('b', () => {
        work(10, 20);
        profiler.stage('c', () => work(100, 200));
      });
      work(1_000, 2_000);
      profiler.stage('d', () => work(10_000, 20_000));
    });
    const times = profiler.report().stages.map((row) => [row.stage, row.wall_self_s, row.cpu_s, row.cpu_self_s]);
    expect(times).toEqual([
      ['a', 1_001e-9, 22_222e-9, 2_002e-9],
      ['a.b', 10e-9, 220e-9, 20e-9],
      ['a.b.c', 100e-9, 200e-9, 200e-9],
      ['a.d', 10_000e-9, 20_000e-9, 20_000e-9],
    ]);
  });

  test('children that overlap are counted once: the union of their times', async () => {
    const { profiler, sampler } = scripted();
    const parent = opened(profiler, 'p');
    sampler.pass(1);
    const x = parent.inside(() => opened(profiler, 'x'));
    sampler.pass(10);
    const y = parent.inside(() => opened(profiler, 'y'));
    sampler.pass(100);
    await x.end();
    sampler.pass(1_000);
    await y.end();
    sampler.pass(10_000);
    await parent.end();
    expect(rowOf(profiler, 'p')).toMatchObject({ wall_s: 11_111e-9, wall_self_s: 10_001e-9 });
    expect(rowOf(profiler, 'p.x')).toMatchObject({ wall_s: 110e-9, wall_self_s: 110e-9 });
    expect(rowOf(profiler, 'p.y')).toMatchObject({ wall_s: 1_100e-9, wall_self_s: 1_100e-9 });
  });

  test('the children of a call that ends before them are from then on those of its parent', async () => {
    const { profiler, sampler } = scripted();
    const a = opened(profiler, 'a');
    const b = a.inside(() => opened(profiler, 'b'));
    const c = b.inside(() => opened(profiler, 'c'));
    sampler.pass(10);
    await b.end();
    sampler.pass(100);
    await c.end();
    sampler.pass(1_000);
    await a.end();
    expect(rowOf(profiler, 'a')).toMatchObject({ wall_s: 1_110e-9, wall_self_s: 1_000e-9, overlapped_calls: 0 });
    expect(rowOf(profiler, 'a.b')).toMatchObject({ wall_s: 10e-9, wall_self_s: 0, overlapped_calls: 0 });
    expect(rowOf(profiler, 'a.b.c')).toMatchObject({ wall_s: 110e-9, wall_self_s: 110e-9, overlapped_calls: 0 });
  });

  test('self times and the time outside add up to the total, also while stages are open', () => {
    const { profiler, sampler } = scripted();
    const work = (wall: number): void => sampler.advance({ wall_ns: wall, process_cpu_ns: 2 * wall });
    const sums = () => {
      const report = profiler.report();
      const selfWall = report.stages.reduce((sum, { wall_self_s }) => sum + (wall_self_s ?? 0), 0);
      const selfCpu = report.stages.reduce((sum, { cpu_self_s }) => sum + (cpu_self_s ?? 0), 0);
      return { report, selfWall, selfCpu };
    };
    work(3);
    profiler.stage('a', () => {
      work(5);
      for (let i = 0; i < 4; i++) profiler.stage('b', () => work(7));
      work(11);
    });
    work(13);
    const { report, selfWall, selfCpu } = sums();
    expect(report).toMatchObject({
      total_wall_s: 60e-9,
      outside_wall_s: 16e-9,
      total_cpu_s: 120e-9,
      outside_cpu_s: 32e-9,
    });
    expect(selfWall).toBeCloseTo(44e-9, 15);
    expect(selfCpu).toBeCloseTo(88e-9, 15);

    const open = profiler.stage('open');
    work(1_000);
    expect(sums().report).toMatchObject({ total_wall_s: 1_060e-9, outside_wall_s: 16e-9, outside_cpu_s: 32e-9 });
    open.end();
    expect(sums().selfWall).toBeCloseTo(1_044e-9, 15);
  });
});

describe('overlapped_calls', () => {
  const overlaps = (profiler: StageProfiler): Record<string, number> =>
    Object.fromEntries(profiler.report().stages.map(({ stage, overlapped_calls }) => [stage, overlapped_calls]));

  test('ancestors and descendants do not overlap', () => {
    const { profiler } = scripted();
    profiler.stage('a', () => {
      profiler.stage('b', () => profiler.stage('c', () => {}));
      profiler.stage('b', () => {});
    });
    expect(overlaps(profiler)).toEqual({ a: 0, 'a.b': 0, 'a.b.c': 0 });
  });

  test('siblings under Promise.all overlap, their parent does not', async () => {
    const { profiler } = scripted();
    await profiler.stage('all', () =>
      Promise.all(
        [1, 2, 3].map((wait) =>
          profiler.stage('s', async () => {
            for (let i = 0; i < wait; i++) await null;
          }),
        ),
      ),
    );
    expect(overlaps(profiler)).toEqual({ all: 0, 'all.s': 3 });
  });

  test('siblings one after another do not overlap', async () => {
    const { profiler } = scripted();
    await profiler.stage('all', async () => {
      for (let i = 0; i < 3; i++) await profiler.stage('s', async () => null);
    });
    expect(overlaps(profiler)).toEqual({ all: 0, 'all.s': 0 });
  });

  test('a cousin that opens and ends within a call overlaps it, and all between them and the common parent', async () => {
    const { profiler } = scripted();
    const root = opened(profiler, 'r');
    const left = root.inside(() => opened(profiler, 'l'));
    const right = root.inside(() => opened(profiler, 'q'));
    const deep = left.inside(() => opened(profiler, 'd'));
    right.inside(() => profiler.stage('short', () => {}));
    await deep.end();
    await right.end();
    left.inside(() => profiler.stage('alone', () => {}));
    await left.end();
    await root.end();
    expect(overlaps(profiler)).toEqual({
      r: 0,
      'r.l': 1,
      'r.q': 1,
      'r.l.d': 1,
      'r.q.short': 1,
      'r.l.alone': 0,
    });
  });

  test('an orphan overlaps what its grandparent opens meanwhile, but not its grandparent', async () => {
    const { profiler } = scripted();
    const a = opened(profiler, 'a');
    const b = a.inside(() => opened(profiler, 'b'));
    const orphan = b.inside(() => opened(profiler, 'orphan'));
    await b.end();
    a.inside(() => profiler.stage('late', () => {}));
    await orphan.end();
    await a.end();
    expect(overlaps(profiler)).toEqual({ a: 0, 'a.b': 0, 'a.b.orphan': 1, 'a.late': 1 });
  });
});

describe('peaks', () => {
  const used = (sampler: ScriptedSampler, ...kib: number[]): void => {
    for (const level of kib) sampler.set({ js_used_bytes: level * 1024 });
  };

  test("a parent's peak is never below a child's, and a child ends nothing of its parent's", () => {
    const { profiler, sampler } = scripted();
    used(sampler, 10);
    profiler.stage('a', () => {
      used(sampler, 90, 20);
      profiler.stage('b', () => used(sampler, 50, 5));
      profiler.stage('c', () => used(sampler, 300, 5));
      profiler.stage('d', () => used(sampler, 40, 5));
    });
    expect(profiler.report().stages.map(({ stage, js_kb_peak_max }) => [stage, js_kb_peak_max])).toEqual([
      ['a', 300],
      ['a.b', 50],
      ['a.c', 300],
      ['a.d', 40],
    ]);
  });

  test('what peaked before the entry does not count for the call', () => {
    const { profiler, sampler } = scripted();
    used(sampler, 500, 10);
    profiler.stage('a', () => used(sampler, 20));
    expect(rowOf(profiler, 'a').js_kb_peak_max).toBe(20);
  });

  test('both ends count', () => {
    const { profiler, sampler } = scripted();
    used(sampler, 70);
    profiler.stage('entry', () => used(sampler, 20));
    profiler.stage('exit', () => used(sampler, 60));
    expect(rowOf(profiler, 'entry').js_kb_peak_max).toBe(70);
    expect(rowOf(profiler, 'exit').js_kb_peak_max).toBe(60);
  });

  test('the row has the peak of the highest call', () => {
    const { profiler, sampler } = scripted();
    for (const peak of [30, 80, 50]) profiler.stage('a', () => used(sampler, peak, 1));
    expect(rowOf(profiler, 'a').js_kb_peak_max).toBe(80);
  });

  test('a report made inside a call takes no peak away from the call', () => {
    const { profiler, sampler } = scripted();
    profiler.stage('a', () => {
      used(sampler, 80, 1);
      profiler.report();
      used(sampler, 5);
    });
    expect(rowOf(profiler, 'a').js_kb_peak_max).toBe(80);
  });

  test('calls that overlap have each their own window', async () => {
    const { profiler, sampler } = scripted();
    used(sampler, 10);
    const x = opened(profiler, 'x');
    used(sampler, 100, 10);
    const y = opened(profiler, 'y');
    used(sampler, 40, 10);
    await x.end();
    used(sampler, 60, 10);
    await y.end();
    expect(rowOf(profiler, 'x').js_kb_peak_max).toBe(100);
    expect(rowOf(profiler, 'y').js_kb_peak_max).toBe(60);
  });

  test('a peak that no source reads is null although its level is known', () => {
    const { profiler, sampler } = scripted();
    sampler.set({ native_live_bytes: 5_000, native_peak_bytes: Number.NaN });
    profiler.stage('a', () => sampler.set({ native_live_bytes: 9_096 }));
    expect(rowOf(profiler, 'a')).toMatchObject({ native_kb_delta: 4, native_kb_peak_max: null });
  });
});

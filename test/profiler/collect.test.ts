import { describe, expect, test } from 'vitest';
import { StageProfiler } from '../../src/profiler/stage-profiler.js';
import { FREE, rowOf, scripted } from '../support/scripted-sampler.js';
import { collectGarbage, heapArray, KIB, MIB } from '../support/workloads.js';

const retained = (profiler: StageProfiler): Record<string, number | null> =>
  Object.fromEntries(profiler.report().stages.map(({ stage, js_kb_retained }) => [stage, js_kb_retained]));

describe('with scripted readings', () => {
  /** Each forced collection takes 1 ms of wall and of CPU time and leaves `live` bytes. It lies between two samples. */
  function collecting(collect: 'outermost' | 'every') {
    const { profiler, sampler, accounting } = scripted({ collect });
    const live = { bytes: 0, collections: 0 };
    Object.assign(accounting.collection!, {
      gc: (options?: { type: 'minor' }) => {
        if (options !== undefined) return;
        live.collections++;
        sampler.advance({ wall_ns: 1e6, process_cpu_ns: 1e6, gc_calls: 1, gc_ns: 1e6 });
        sampler.set({ js_used_bytes: live.bytes });
      },
    });
    return { profiler, sampler, live };
  }

  test.each([
    ['outermost', { a: 6, 'a.b': null }, 2],
    ['every', { a: 6, 'a.b': 2 }, 4],
  ] as const)('"%s" gives what is retained at these boundaries', (collect, expected, collections) => {
    const { profiler, sampler, live } = collecting(collect);
    live.bytes = 10 * KIB;
    sampler.set({ js_used_bytes: 500 * KIB });
    profiler.stage('a', () => {
      live.bytes = 14 * KIB;
      profiler.stage('b', () => {
        sampler.set({ js_used_bytes: 900 * KIB });
        live.bytes = 16 * KIB;
      });
    });
    expect(retained(profiler)).toEqual(expected);
    expect(live.collections).toBe(collections);
  });

  test('the time and the collections forced are charged to no stage', () => {
    const { profiler, sampler } = collecting('every');
    const work = (wall: number): void => sampler.advance({ wall_ns: wall, process_cpu_ns: wall });
    profiler.stage('a', () => {
      work(1_000);
      for (let i = 0; i < 3; i++) profiler.stage('b', () => work(10));
    });
    expect(rowOf(profiler, 'a')).toMatchObject({
      wall_s: 1_030e-9,
      wall_self_s: 1_000e-9,
      cpu_s: 1_030e-9,
      cpu_self_s: 1_000e-9,
      gc_s: 0,
      gc_calls: 0,
    });
    expect(rowOf(profiler, 'a.b')).toMatchObject({ wall_s: 30e-9, wall_max_s: 10e-9, wall_self_s: 30e-9, gc_calls: 0 });
    expect(profiler.report().program).toMatchObject({ wall_s: 1_030e-9, wall_self_s: 0, cpu_s: 1_030e-9, gc_calls: 0 });
  });

  test('the collections are part of the total and of the time outside, so that all adds up', () => {
    const { profiler, sampler } = collecting('every');
    profiler.stage('a', () => profiler.stage('b', () => sampler.pass(10)));
    sampler.pass(5);
    expect(profiler.report()).toMatchObject({ total_wall_s: 4_000_015e-9, outside_wall_s: 4_000_005e-9 });
  });

  test('they are part of both also while a stage is open', () => {
    const { profiler, sampler } = collecting('every');
    profiler.stage('a', () => {
      sampler.pass(10);
      expect(profiler.report()).toMatchObject({ total_wall_s: 1_000_010e-9, outside_wall_s: 1_000_000e-9 });
      expect(rowOf(profiler, 'a')).toMatchObject({ wall_s: 10e-9, wall_self_s: 10e-9, gc_calls: 0 });
    });
  });

  test('garbage collected before the entry is not in the peak of the call, but in that of its parent', () => {
    const { profiler, sampler, live } = collecting('every');
    sampler.set({ js_used_bytes: 10 * KIB });
    live.bytes = 10 * KIB;
    profiler.stage('a', () => {
      sampler.set({ js_used_bytes: 800 * KIB });
      profiler.stage('b', () => sampler.set({ js_used_bytes: 30 * KIB }));
    });
    expect(rowOf(profiler, 'a.b').js_kb_peak_max).toBe(30);
    expect(rowOf(profiler, 'a').js_kb_peak_max).toBe(800);
  });

  test('garbage collected after the exit is in the peak of the call', () => {
    const { profiler, sampler, live } = collecting('every');
    live.bytes = 10 * KIB;
    profiler.stage('a', () => sampler.set({ js_used_bytes: 700 * KIB }));
    expect(rowOf(profiler, 'a').js_kb_peak_max).toBe(700);
  });

  test('a call open at close leaves nothing behind', () => {
    const { profiler } = collecting('every');
    const handle = profiler.stage('a');
    profiler.close();
    handle.end();
    expect(retained(profiler)).toEqual({ a: null });
  });
});

describe('with the JS heap', () => {
  test.each(['outermost', 'every'] as const)(
    '"%s" gives the size of an array that is kept, and none of the garbage',
    (collect) => {
      const kept: number[][] = [];
      const profiler = new StageProfiler({ measure: ['js'], collect }, { stageCost: FREE });
      // Repeated full collections make V8 drop the bytecode of functions that no longer run. That is to happen before.
      for (let i = 0; i < 10; i++) profiler.stage('settle', () => {});
      for (let i = 0; i < 3; i++) {
        profiler.stage('keep', () => {
          kept.push(heapArray(MIB));
          heapArray(2 * MIB);
        });
        profiler.stage('drop', () => void heapArray(3 * MIB));
      }
      profiler.close();
      const { keep, drop } = retained(profiler);
      expect(kept).toHaveLength(3);
      expect(Math.abs(keep! - 3 * 1024)).toBeLessThan(256);
      expect(Math.abs(drop!)).toBeLessThan(256);
    },
  );

  test('the field is null without collections', () => {
    const profiler = new StageProfiler({ measure: ['js'] }, { stageCost: FREE });
    profiler.stage('a', () => heapArray(MIB));
    profiler.close();
    expect(retained(profiler)).toEqual({ a: null });
  });

  test('a stage around collected ones is not charged for their collections', () => {
    // Live objects make each full collection take long.
    const live = Array.from({ length: 300_000 }, (_, i) => ({ i }));
    // The shortest of several: what another process has taken in one of them belongs to no collection.
    const collectionsS = Array.from({ length: 5 }, () => {
      const start = performance.now();
      collectGarbage();
      return (performance.now() - start) / 1_000;
    });
    const profiler = new StageProfiler({ measure: ['js'], collect: 'every' }, { stageCost: FREE });
    profiler.stage('outer', () => {
      for (let i = 0; i < 10; i++) profiler.stage('inner', () => {});
    });
    profiler.close();
    const { total_wall_s } = profiler.report();
    expect(live).toHaveLength(300_000);
    expect(total_wall_s).toBeGreaterThan(10 * Math.min(...collectionsS));
    expect(rowOf(profiler, 'outer').wall_s).toBeLessThan(0.1 * total_wall_s);
  });
});

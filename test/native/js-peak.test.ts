import { GCProfiler, getHeapStatistics } from 'node:v8';
import { describe, expect, test } from 'vitest';
import { StageProfiler } from '../../src/profiler/stage-profiler.js';
import { FREE, rowOf } from '../support/scripted-sampler.js';
import { collectGarbage, KIB, MIB, makeGarbage } from '../support/workloads.js';

interface Collections {
  readonly calls: number;
  readonly seconds: number;
  /** The highest used heap at the two ends and before each collection. */
  readonly peakKib: number;
}

/** What V8 itself reports about the collections during a synchronous function. */
function collectionsDuring(fn: () => void): Collections {
  const oracle = new GCProfiler();
  oracle.start();
  const before = getHeapStatistics().used_heap_size;
  fn();
  const after = getHeapStatistics().used_heap_size;
  const { statistics } = oracle.stop()!;
  const used = statistics.map(({ beforeGC }) => beforeGC.heapStatistics.usedHeapSize);
  return {
    calls: statistics.length,
    seconds: statistics.reduce((total, { cost }) => total + cost, 0) / 1e6,
    peakKib: Math.max(before, after, ...used) / KIB,
  };
}

const open = (): StageProfiler => new StageProfiler({ measure: ['js'] }, { stageCost: FREE });

function expectWithin(share: number, found: number, truth: number): void {
  expect(Math.abs(found - truth) / truth, `${found} against ${truth}`).toBeLessThan(share);
}

describe('js_kb_peak_max agrees with v8.GCProfiler', () => {
  test.each([
    ['no collection', 1_000, 0],
    ['scavenges', 400_000, 1],
    ['scavenges and mark-compacts', 2_000_000, 1],
  ])('for a call with %s', (_what, objects, atLeast) => {
    const profiler = open();
    collectGarbage();
    const truth = collectionsDuring(() => profiler.stage('a', () => makeGarbage(objects)));
    expect(truth.calls).toBeGreaterThanOrEqual(atLeast);
    expectWithin(0.02, rowOf(profiler, 'a').js_kb_peak_max!, truth.peakKib);
    profiler.close();
  });

  test('for a call whose heap falls before its end', () => {
    const profiler = open();
    collectGarbage();
    const truth = collectionsDuring(() =>
      profiler.stage('a', () => {
        let kept: unknown = Array.from({ length: 300_000 }, (_, i) => ({ i }));
        kept = null;
        collectGarbage();
        return kept;
      }),
    );
    const { js_kb_peak_max, js_kb_delta } = rowOf(profiler, 'a');
    expectWithin(0.02, js_kb_peak_max!, truth.peakKib);
    expect(truth.peakKib * KIB).toBeGreaterThan(getHeapStatistics().used_heap_size + 5 * MIB);
    expect(js_kb_delta!).toBeLessThan(1_024);
    profiler.close();
  });

  test('for nested calls: each child has its own peak, and the parent has the highest of them', () => {
    const profiler = open();
    collectGarbage();
    const truths: Record<string, number> = {};
    profiler.stage('parent', () => {
      for (const [label, objects] of Object.entries({ low: 50_000, high: 600_000, middle: 200_000 })) {
        collectGarbage();
        truths[label] = collectionsDuring(() =>
          profiler.stage(label, () => {
            const kept = Array.from({ length: objects }, (_, i) => ({ i }));
            makeGarbage(50_000);
            return kept.length;
          }),
        ).peakKib;
        collectGarbage();
      }
    });
    for (const [label, truth] of Object.entries(truths)) {
      expectWithin(0.02, rowOf(profiler, `parent.${label}`).js_kb_peak_max!, truth);
    }
    expectWithin(0.02, rowOf(profiler, 'parent').js_kb_peak_max!, Math.max(...Object.values(truths)));
    expect(truths.high!).toBeGreaterThan(1.5 * truths.low!);
    profiler.close();
  });
});

describe('gc_calls, gc_s and js_kb_alloc', () => {
  test('are the number and the time of the collections that V8 reports', () => {
    const profiler = open();
    const truth = collectionsDuring(() => profiler.stage('a', () => makeGarbage(2_000_000)));
    const { gc_calls, gc_s, wall_s } = rowOf(profiler, 'a');
    expect(truth.calls).toBeGreaterThan(3);
    expect(gc_calls).toBe(truth.calls);
    expect(gc_s!).toBeGreaterThan(0.4 * truth.seconds);
    expect(gc_s!).toBeLessThan(2 * truth.seconds + 0.005);
    expect(gc_s!).toBeLessThan(wall_s!);
    profiler.close();
  });

  test('are zero where nothing was collected', () => {
    const profiler = open();
    collectGarbage();
    profiler.stage('a', () => Math.sqrt(2));
    expect(rowOf(profiler, 'a')).toMatchObject({ gc_calls: 0, gc_s: 0 });
    profiler.close();
  });

  test('count all that was allocated, whether a collection freed it or not', () => {
    const profiler = open();
    const arrays = 400;
    profiler.stage('a', () => {
      for (let i = 0; i < arrays; i++) new Array<number>(MIB / 8).fill(i);
    });
    const { js_kb_alloc, gc_calls } = rowOf(profiler, 'a');
    expect(gc_calls!).toBeGreaterThan(0);
    expectWithin(0.02, js_kb_alloc!, arrays * 1_024);
    profiler.close();
  });
});

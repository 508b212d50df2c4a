import { setImmediate as immediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { StageProfiler } from '../../src/profiler/stage-profiler.js';
import { type ExactRun, exactRun, openExact } from '../support/exact-run.js';
import { FREE, rowOf, ScriptedSampler, type SlotValues } from '../support/scripted-sampler.js';

describe('readings', () => {
  test('are made once for each change of the running stage, and not within a stage', async () => {
    const { profiler, sampler } = openExact();
    await profiler.stage('a', async () => {
      for (let i = 0; i < 10; i++) await null;
      const before = sampler.useReadings;
      expect(before).toBeGreaterThan(0);
      for (let i = 0; i < 100; i++) await null;
      expect(sampler.useReadings).toBe(before);
    });
  });

  test('what the thread uses after the event loop goes to wait is outside, though the same stage runs next', async () => {
    const { profiler, sampler, use, selves, outside } = openExact();
    await profiler.stage('a', async () => {
      use(1);
      const woken = immediate();
      setImmediate(() => {});
      sampler.wait();
      use(10);
      await woken;
      use(2);
    });
    // There is no real event loop: the script says that it waits, while the stage runs.
    expect(selves()).toEqual({ a: 3 });
    expect(outside()).toBe(10);
  });

  test('a sample after a wait loses nothing', () => {
    const { profiler, sampler, use, selves, outside } = openExact();
    const handle = profiler.stage('a');
    use(1);
    sampler.wait();
    use(10);
    handle.end();
    expect(selves()).toEqual({ a: 1 });
    expect(outside()).toBe(10);
  });

  test('what a forced collection uses is outside', () => {
    const { profiler, use, selves, outside } = openExact({ collect: 'every' });
    const collected = profiler.stage('a', () => use(1));
    expect(collected).toBeUndefined();
    expect(selves()).toEqual({ a: 1 });
    expect(outside()).toBe(0);
  });

  test('each report in the middle of a run has everything so far', async () => {
    const { profiler, use, selves, outside } = openExact();
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

  function openWithout(values: SlotValues): ExactRun {
    const sampler = new ScriptedSampler();
    sampler.set(values);
    return exactRun(new StageProfiler({ attribution: 'exact' }, { sampler, stageCost: FREE }), sampler);
  }

  test('a slot that is not read is null, and the others are still charged', () => {
    const { profiler, sampler } = openWithout(NOT_READ);
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
    const { profiler, sampler } = openWithout({ ...NOT_READ, thread_cpu_ns: Number.NaN });
    profiler.stage('a', () => sampler.pass(1));
    const { attribution } = profiler.report().sources;
    expect(attribution.truth).toBe('bounded');
    expect(attribution.reason).toMatch(/^not exact: .*overlapped_calls/);
    expect(profiler.report().exact).toBeNull();
  });

  test('without exact attribution there are no self times, and no hook reads anything', async () => {
    const { profiler, sampler, use } = openExact({ attribution: 'boundary' });
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
    expect(sampler.useReadings).toBe(0);
    expect(profiler.report().sources.attribution).toMatchObject({ truth: 'bounded' });
  });
});

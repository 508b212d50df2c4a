import { expect, onTestFinished } from 'vitest';
import type { StageProfilerOptions } from '../../src/model/options.js';
import type { StageProfiler } from '../../src/profiler/stage-profiler.js';
import { type ScriptedSampler, scripted } from './scripted-sampler.js';

/** A profiler with exact attribution on a scripted thread. */
export interface ExactRun {
  readonly profiler: StageProfiler;
  readonly sampler: ScriptedSampler;
  /** Has the thread use this many seconds of CPU, and as many KiB of its JS heap and of its native heap. */
  use(amount: number): void;
  /** Self values by label. Checks that they are the same for all three. */
  selves(): Record<string, number | null>;
  /** What no stage used. Checks that it is the same for all three, and the rest of the total. */
  outside(): number | undefined;
}

/** Makes a profiler, which is closed at the end of the test. */
export function openExact(options: StageProfilerOptions = {}): ExactRun {
  const { profiler, sampler } = scripted({ attribution: 'exact', ...options });
  return exactRun(profiler, sampler);
}

export function exactRun(profiler: StageProfiler, sampler: ScriptedSampler): ExactRun {
  onTestFinished(() => profiler.close());
  const selves = () =>
    Object.fromEntries(
      profiler.report().stages.map((row) => {
        expect(row.js_kb_alloc_self).toBe(row.thread_cpu_self_s);
        expect(row.native_kb_alloc_self).toBe(row.thread_cpu_self_s);
        return [row.stage, row.thread_cpu_self_s];
      }),
    );
  return {
    profiler,
    sampler,
    use(amount) {
      sampler.advance({
        wall_ns: amount * 1e9,
        thread_cpu_ns: amount * 1e9,
        js_alloc_bytes: amount * 1024,
        thread_native_alloc_bytes: amount * 1024,
      });
    },
    selves,
    outside() {
      const { exact } = profiler.report();
      expect(exact?.js_kb_alloc).toEqual(exact?.thread_cpu_s);
      expect(exact?.native_kb_alloc).toEqual(exact?.thread_cpu_s);
      const sum = Object.values(selves()).reduce<number>((total, self) => total + (self ?? 0), 0);
      expect(sum + exact!.thread_cpu_s!.outside).toBeCloseTo(exact!.thread_cpu_s!.total, 9);
      return exact?.thread_cpu_s?.outside;
    },
  };
}

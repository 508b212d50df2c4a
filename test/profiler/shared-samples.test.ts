import { expect, test } from 'vitest';
import { StageProfiler } from '../../src/index.js';
import type { StageProfilerOptions } from '../../src/model/options.js';
import type { Report } from '../../src/model/report.js';

/** Stages whose first child opens at once, and that follow one another at once, until some have shared a sample. */
function neighbours(options: StageProfilerOptions): Report {
  const profiler = new StageProfiler(options);
  for (let round = 0; round < 100; round++) {
    for (let i = 0; i < 100; i++) {
      profiler.stage('outer', () => {
        profiler.stage('first').end();
        profiler.stage('second').end();
      });
    }
    if (profiler.report().sources.attribution.shared_entries !== undefined) break;
  }
  profiler.close();
  return profiler.report();
}

const sum = (numbers: readonly (number | null)[]): number => numbers.reduce<number>((all, each) => all + each!, 0);

test.each(['boundary', 'exact'] as const)(
  'self times add up to the total where entries share samples: %s',
  (attribution) => {
    const { sources, stages, ...header } = neighbours({ attribution });
    expect(sources.attribution.shared_entries).toBeGreaterThan(0);
    expect(sources.attribution.shared_entries).toBeLessThan(sum(stages.map(({ calls }) => calls)));
    expect(sum(stages.map((row) => row.wall_self_s)) + header.outside_wall_s).toBeCloseTo(header.total_wall_s, 9);
    expect(sum(stages.map((row) => row.cpu_self_s)) + header.outside_cpu_s!).toBeCloseTo(header.total_cpu_s!, 9);
    for (const row of stages) {
      expect(row.rss_kb_peak_max).toBeLessThanOrEqual(stages[0]!.rss_kb_peak_max!);
      expect(row.js_kb_peak_max).toBeLessThanOrEqual(stages[0]!.js_kb_peak_max!);
    }
  },
);

test.each<StageProfilerOptions>([{ sharedSamples: false }, { collect: 'outermost' }, { measure: [] }])(
  'no entry shares a sample with %j',
  (options) => {
    const profiler = new StageProfiler(options);
    const rounds = options.collect === undefined ? 1000 : 3;
    for (let i = 0; i < rounds; i++) {
      const outer = profiler.stage('outer');
      profiler.stage('inner').end();
      outer.end();
    }
    expect(profiler.report().sources.attribution.shared_entries).toBeUndefined();
    profiler.close();
  },
);

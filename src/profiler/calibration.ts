import { wallNs } from '../host/clock.js';
import { Map, Math } from '../host/intrinsics.js';
import { MEASURES, type StageProfilerOptions } from '../model/options.js';
import type { Profiler } from '../model/profiler.js';
import type { SamplerOptions } from '../model/sampler.js';
import type { StageCost } from '../model/stage-cost.js';

/**
 * Until V8 has optimised the profiler, a stage costs three times as much. That takes 2,000 stages with all sources, and
 * more with fewer.
 */
const WARM_UP_NS = 15e6;
/** The warm-up ends also if the clock stands still: no loop depends on a clock alone. */
const MOST_WARM_UP_BATCHES = 400;
const BATCHES = 25;
const STAGES_PER_BATCH = 50;

const known = new Map<string, StageCost>();

/**
 * The cost of a stage with these sources, measured once on each thread.
 *
 * @param open opens a profiler to measure with, which is closed here
 */
export function stageCostOf(
  { rssPeak, ...sources }: SamplerOptions,
  open: (options: StageProfilerOptions) => Profiler,
): StageCost {
  // Stages of a loop would share their samples, which those of most programs do not.
  const measure = MEASURES.filter((name) => sources[name]);
  const key = [rssPeak, ...measure].join();
  let cost = known.get(key);
  if (cost === undefined) {
    cost = measureStageCost(open({ measure, rssPeak, sharedSamples: false }));
    known.set(key, cost);
  }
  return cost;
}

/**
 * Times empty stages of a profiler, which it closes. It takes about 25 ms, and the median of batches because of noise.
 */
function measureStageCost(profiler: Profiler): StageCost {
  const full: number[] = [];
  const warm = wallNs() + WARM_UP_NS;
  for (let batch = 0; batch < MOST_WARM_UP_BATCHES && wallNs() < warm; batch++) {
    run(profiler, 'warm-up', STAGES_PER_BATCH);
  }
  for (let batch = 0; batch < BATCHES; batch++) {
    const start = wallNs();
    run(profiler, 'measured', STAGES_PER_BATCH);
    full.push((wallNs() - start) / STAGES_PER_BATCH);
  }
  profiler.close();
  const measured = profiler.report()?.stages.find(({ stage }) => stage === 'measured');
  const inner = ((measured?.wall_s ?? 0) / (BATCHES * STAGES_PER_BATCH)) * 1e9;
  const fullNs = median(full);
  return { fullNs, innerNs: Math.min(inner, fullNs) };
}

function run(profiler: Profiler, label: string, stages: number): void {
  for (let i = 0; i < stages; i++) profiler.stage(label).end();
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

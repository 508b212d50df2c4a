import { resolveOptions, type StageProfilerOptions } from '../model/options.js';
import type { StageCost } from '../model/stage-cost.js';
import { stageCostOf } from './calibration.js';
import { unannounced } from './stage-channels.js';
import { StageProfiler } from './stage-profiler.js';
import { threadOptions } from './thread-profiler.js';

/**
 * What a stage of a worker thread costs, which measures less than the main thread does. It takes some 25 ms when it is
 * first asked for.
 *
 * @param profiler options of the main thread's
 */
export function threadCostOf(profiler: StageProfilerOptions): StageCost {
  const { sampler } = resolveOptions(threadOptions(profiler));
  return unannounced(() => stageCostOf(sampler, (options) => new StageProfiler(options)));
}

/** `stageprof/devtools`: stages as entries of the user timing API, which DevTools and `PerformanceObserver` read. */
import { performance } from 'node:perf_hooks';
import { emitWarning } from './host/process.js';
import { readStages } from './profiler/channel-reader.js';

export interface MeasureStagesOptions {
  /** The most entries to make: Node keeps each until `performance.clearMeasures()`. Default: 100,000. */
  readonly limit?: number;
}

const DEFAULT_LIMIT = 100_000;

/**
 * From now on each stage of this thread that closes is an entry of `performance.measure`, named by its label, with its
 * own start and duration. Its `detail` is `{ failed, devtools }`, by which DevTools draws it on a track `stageprof`.
 *
 * @returns stops making entries
 */
export function measureStages({ limit = DEFAULT_LIMIT }: MeasureStagesOptions = {}): () => void {
  let left = limit;
  const stop = readStages('stageprof/devtools', {
    closed({ label, startMs, wallNs, failed }) {
      if (left-- <= 0) {
        stop();
        emitWarning(
          `stageprof/devtools has made ${limit} entries and makes no more: clear them with performance.clearMeasures() and start again, or raise "limit"`,
          'StageprofWarning',
        );
        return;
      }
      performance.measure(label, {
        start: startMs!,
        end: startMs! + wallNs! / 1e6,
        detail: {
          failed,
          devtools: { dataType: 'track-entry', track: 'stageprof', color: failed ? 'error' : 'primary' },
        },
      });
    },
  });
  return stop;
}

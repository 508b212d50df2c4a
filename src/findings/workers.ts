import { Math } from '../host/intrinsics.js';
import { explainsGrowth, LEAST, RSS_LIMITS } from './growth-limits.js';
import { keptKib, roomKib } from './kept.js';
import { growth, perCall } from './memory-phrases.js';
import { type Rule, rule } from './rule.js';

/**
 * JS heaps of worker threads. Nothing here forces collections in another thread, so garbage may be in them.
 *
 * Tried on: a worker that keeps objects; a pool whose workers each keep their own; workers that end.
 */
export const WORKER_RULES: readonly Rule[] = [
  rule(
    {
      kind: 'worker-growth',
      needs: ['workers_kb_delta', 'rss_kb_delta', 'rss_kb_peak_max'],
      sources: ['js_peak', 'rss'],
      condition: `kept_kb >= ${LEAST}, kept_kb >= share_of_rss * rss_kb_delta and rss_kb_delta <= rss_kb_peak_max, where kept_kb = min(workers_kb_delta, room_kb, program.workers_kb_delta, processes * composition.worker_heaps_kb)`,
    },
    ({ workers_kb_delta, rss_kb_delta, rss_kb_peak_max }, given) => {
      const kept_kb = Math.min(
        keptKib(workers_kb_delta, 'workers_kb_delta', ['worker_heaps_kb'], given),
        roomKib(rss_kb_delta, given),
      );
      if (!explainsGrowth(kept_kb, rss_kb_delta, rss_kb_peak_max, given)) return null;
      return {
        numbers: { kept_kb, entries: given.entries },
        thresholds: RSS_LIMITS,
        amount: kept_kb,
        whole: rss_kb_peak_max,
        text: `${growth(kept_kb)} of JS heaps of worker threads${perCall(kept_kb, given)}, garbage included; a heap snapshot of a worker shows what it keeps`,
      };
    },
  ),
];

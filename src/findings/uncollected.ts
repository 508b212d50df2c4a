import { Math } from '../host/intrinsics.js';
import { canBeKept, explainsGrowth, LEAST, RSS_LIMITS } from './growth-limits.js';
import { keptKib } from './kept.js';
import { growth } from './memory-phrases.js';
import { type Rule, rule } from './rule.js';

/**
 * What only a collection can tell apart: JS objects that are kept, and garbage that no collection has met yet. Where
 * collections were forced in any stage, they have told it, and nothing is uncollected.
 *
 * Tried on: objects that stay in a cache; objects and strings that are dropped before the program ends.
 */
export const UNCOLLECTED_RULES: readonly Rule[] = [
  rule(
    {
      kind: 'uncollected',
      needs: ['js_kb_delta', 'js_kb_peak_max', 'rss_kb_delta', 'rss_kb_peak_max'],
      sources: ['js_peak', 'rss'],
      condition: `js_kb_retained is null in every row, js_kb >= ${LEAST}, js_kb >= share_of_rss * rss_kb_delta, js_kb_delta <= js_kb_peak_max and rss_kb_delta <= rss_kb_peak_max, where js_kb = min(js_kb_delta, rss_kb_delta, program.js_kb_delta, processes * composition.js_heap_kb)`,
    },
    ({ js_kb_delta, js_kb_peak_max, rss_kb_delta, rss_kb_peak_max }, given) => {
      if (given.collected) return null;
      const js_kb = Math.min(keptKib(js_kb_delta, 'js_kb_delta', ['js_heap_kb'], given), rss_kb_delta);
      if (!explainsGrowth(js_kb, rss_kb_delta, rss_kb_peak_max, given)) return null;
      if (!canBeKept(js_kb_delta, js_kb_peak_max, given)) return null;
      return {
        numbers: { js_kb },
        thresholds: RSS_LIMITS,
        amount: js_kb,
        whole: rss_kb_peak_max,
        text: `rss ${growth(rss_kb_delta)}, js ${growth(js_kb)}: objects that are kept, or garbage that no collection has met; collect: 'outermost' (run --collect outermost) tells`,
      };
    },
  ),
];

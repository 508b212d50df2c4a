import { Math } from '../host/intrinsics.js';
import { canBeKept, explainsGrowth, LEAST, RSS_LIMITS } from './growth-limits.js';
import { keptKib } from './kept.js';
import { growth } from './memory-phrases.js';
import { isMostlyDropped } from './mostly-dropped.js';
import { limit, type Rule, rule } from './rule.js';

/**
 * What only a collection can tell apart: objects and Buffers that are kept, and garbage that no collection has met yet. Where
 * collections were forced in any stage, they have told it, and nothing is uncollected.
 *
 * Tried on: objects that stay in a cache; objects and strings that are dropped before the program ends; files that were
 * read at once and dropped.
 */
export const UNCOLLECTED_RULES: readonly Rule[] = [
  rule(
    {
      kind: 'uncollected',
      needs: ['js_kb_delta', 'js_kb_peak_max', 'external_kb_delta', 'rss_kb_delta', 'rss_kb_peak_max'],
      sources: ['js_peak', 'rss'],
      condition: `js_kb_retained is null in every row, left_kb >= ${LEAST}, left_kb >= share_of_rss * rss_kb_delta and rss_kb_delta <= rss_kb_peak_max, where left_kb = min(max(0, js_kb) + max(0, buffers_kb), rss_kb_delta), js_kb = min(js_kb_delta, program.js_kb_delta, processes * composition.js_heap_kb), or 0 if js_kb_delta > js_kb_peak_max, and buffers_kb = min(external_kb_delta, program.external_kb_delta, processes * composition.buffers_kb), or 0 if that is less than least_kb or more than left_share * native_modules.node`,
    },
    ({ js_kb_delta, js_kb_peak_max, external_kb_delta, rss_kb_delta, rss_kb_peak_max }, given) => {
      if (given.collected) return null;
      const objects = keptKib(js_kb_delta, 'js_kb_delta', ['js_heap_kb'], given);
      const js_kb = canBeKept(js_kb_delta, js_kb_peak_max, given) ? Math.max(0, objects) : 0;
      const buffers = keptKib(external_kb_delta, 'external_kb_delta', ['buffers_kb'], given);
      const buffers_kb = buffers >= limit('least_kb') && isMostlyDropped(buffers, given) ? buffers : 0;
      const left_kb = Math.min(js_kb + buffers_kb, rss_kb_delta);
      if (!explainsGrowth(left_kb, rss_kb_delta, rss_kb_peak_max, given)) return null;
      const parts = [
        ...(js_kb > 0 ? [`js ${growth(js_kb)}`] : []),
        ...(buffers_kb > 0 ? [`Buffers ${growth(buffers_kb)}`] : []),
      ];
      return {
        numbers: { left_kb, js_kb, buffers_kb },
        thresholds: { ...RSS_LIMITS, ...(buffers_kb > 0 ? { left_share: limit('left_share') } : {}) },
        amount: left_kb,
        whole: rss_kb_peak_max,
        text: `rss ${growth(rss_kb_delta)}, ${parts.join(', ')}: kept, or garbage that no collection has met; collect: 'outermost' (run --collect outermost) tells`,
      };
    },
  ),
];

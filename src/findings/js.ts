import { Math } from '../host/intrinsics.js';
import { canBeKept } from './growth-limits.js';
import { keptKib } from './kept.js';
import { growth, perCall } from './memory-phrases.js';
import { limit, type Rule, rule } from './rule.js';

/**
 * Objects in the JS heap of this thread that a forced collection left. Without one, garbage is in the number, and the
 * growth is `uncollected`.
 *
 * Tried on: objects that a stage builds and keeps; objects that the next stage drops.
 */
export const JS_RULES: readonly Rule[] = [
  rule(
    {
      kind: 'js-growth',
      needs: ['js_kb_retained', 'js_kb_peak_max', 'rss_kb_peak_max'],
      sources: ['js_peak'],
      condition:
        'kept_kb >= max(least_retained_kb, least_share_of_peak * rss_kb_peak_max) and js_kb_retained <= js_kb_peak_max, where kept_kb = min(js_kb_retained, program.js_kb_delta)',
    },
    ({ js_kb_retained, js_kb_peak_max, rss_kb_peak_max }, given) => {
      const leastOfOne = limit('least_retained_kb');
      const least = Math.max(leastOfOne, limit('least_share_of_peak') * rss_kb_peak_max);
      const kept_kb = keptKib(js_kb_retained, 'js_kb_delta', [], given);
      if (kept_kb < least || !canBeKept(js_kb_retained, js_kb_peak_max, given, leastOfOne)) return null;
      return {
        numbers: { kept_kb, entries: given.entries },
        thresholds: {
          least_retained_kb: leastOfOne,
          least_share_of_peak: limit('least_share_of_peak'),
        },
        amount: kept_kb,
        whole: rss_kb_peak_max,
        text: `${growth(kept_kb)} of JS objects kept after collections${perCall(kept_kb, given)}; compare two heap snapshots`,
      };
    },
  ),
];

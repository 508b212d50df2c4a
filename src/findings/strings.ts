import { Math } from '../host/intrinsics.js';
import { canBeKept, GROWTH_LIMITS } from './growth-limits.js';
import { keptKib } from './kept.js';
import { growth, keptOrGarbage, perCall } from './memory-phrases.js';
import { stringsKib } from './outside-strings.js';
import { limit, type Rule, rule } from './rule.js';

/**
 * Strings outside of the JS heap. They are neither live native blocks that somebody has to close, nor Buffers.
 *
 * Tried on: one string of 100 MiB; strings of 6 to 10 MiB, kept and dropped.
 */
export const STRING_RULES: readonly Rule[] = [
  rule(
    {
      kind: 'string-growth',
      needs: ['native_kb_delta', 'external_kb_delta', 'rss_kb_delta', 'rss_kb_peak_max'],
      sources: ['native', 'js_peak', 'rss'],
      condition:
        'kept_kb >= max(least_kb, least_share_of_peak * rss_kb_peak_max) and external_kb_delta <= rss_kb_peak_max, where kept_kb = min(strings_kb, program.external_kb_delta, program.native_kb_delta)',
    },
    ({ external_kb_delta, rss_kb_peak_max }, given) => {
      const least = Math.max(limit('least_kb'), limit('least_share_of_peak') * rss_kb_peak_max);
      const counted = keptKib(stringsKib(given), 'external_kb_delta', [], given);
      const kept_kb = keptKib(counted, 'native_kb_delta', [], given);
      if (kept_kb < least || !canBeKept(external_kb_delta, rss_kb_peak_max, given)) return null;
      return {
        numbers: { kept_kb, entries: given.entries },
        thresholds: GROWTH_LIMITS,
        amount: kept_kb,
        whole: rss_kb_peak_max,
        text: `${growth(kept_kb)} of strings outside the JS heap${perCall(kept_kb, given)}; ${keptOrGarbage(given)}`,
      };
    },
  ),
];

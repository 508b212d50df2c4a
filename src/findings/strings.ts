import { Math } from '../host/intrinsics.js';
import { canBeKept, GROWTH_LIMITS } from './growth-limits.js';
import { atEndKib, keptKib } from './kept.js';
import { growth, keptOrGarbage, perCall } from './memory-phrases.js';
import { isMostlyDropped } from './mostly-dropped.js';
import { outsideKib } from './outside-heap.js';
import { limit, type RowInContext, type Rule, rule } from './rule.js';

/** Whether a look at the strings has told them from Buffers that node does not count. */
export function areStringsTold(given: RowInContext): boolean {
  return atEndKib(['strings_kb'], given) !== null;
}

/** How much of what is outside of the heap is of strings; 0 where no look has told them. */
export function stringsKib(given: RowInContext): number {
  return Math.min(outsideKib(given), atEndKib(['strings_kb'], given) ?? 0);
}

/**
 * Strings outside of the JS heap. They are neither live native blocks that somebody has to close, nor Buffers.
 *
 * Tried on: one string of 100 MiB; strings of 6 to 10 MiB, kept and dropped; strings beside Buffers.
 */
export const STRING_RULES: readonly Rule[] = [
  rule(
    {
      kind: 'string-growth',
      needs: ['native_kb_delta', 'external_kb_delta', 'rss_kb_delta', 'rss_kb_peak_max'],
      sources: ['native', 'js_peak', 'rss'],
      condition:
        'kept_kb >= max(least_kb, least_share_of_peak * rss_kb_peak_max) and external_kb_delta <= rss_kb_peak_max, where kept_kb = min(strings_kb, program.external_kb_delta, program.native_kb_delta) and strings_kb = min(outside_kb, processes * composition.strings_kb), or 0 if js_kb_retained is null in every row and that is no more than left_share * native_modules.node',
    },
    ({ external_kb_delta, rss_kb_peak_max }, given) => {
      const least = Math.max(limit('least_kb'), limit('least_share_of_peak') * rss_kb_peak_max);
      const counted = keptKib(stringsKib(given), 'external_kb_delta', [], given);
      const kept_kb = keptKib(counted, 'native_kb_delta', [], given);
      // Where most were dropped, only a collection can tell what is kept.
      if (isMostlyDropped(kept_kb, given)) return null;
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

import { Math } from '../host/intrinsics.js';
import { limit, type RowInContext } from './rule.js';

// What growth has to reach before a rule about memory speaks of it.

/** Each of the two ends of a call may be off by the bound of the source. */
const ENDS = 2;

/** Less growth does not decide how much memory the job needs, or is within the error of the source. */
export function leastKib(peakKib: number, { sources }: RowInContext, source: 'native' | 'rss'): number {
  return Math.max(limit('least_kb'), limit('least_share_of_peak') * peakKib, ENDS * (sources[source].bound_kb ?? 0));
}

/**
 * Whether so much memory can still be there. A stage that allocates what another one frees grows with every call, and
 * the sum soon exceeds all that was ever there at once.
 *
 * @param leastKib what is worth a word in one process
 */
export function canBeKept(
  growthKib: number,
  peakKib: number,
  { processes, areAlike }: RowInContext,
  leastKib = limit('least_kb'),
): boolean {
  if (growthKib <= peakKib) return true;
  // Pools and caches fill up once in each process of a corpus: their sum over many is large, and no leak.
  const leastOfAll = areAlike ? leastKib * processes : 0;
  return growthKib <= peakKib * processes && growthKib >= leastOfAll;
}

export const GROWTH_LIMITS = { least_kb: limit('least_kb'), least_share_of_peak: limit('least_share_of_peak') };

export const RSS_LIMITS = { ...GROWTH_LIMITS, share_of_rss: limit('share_of_rss') };

export const LEAST = 'max(least_kb, least_share_of_peak * rss_kb_peak_max, 2 * bound_kb)';

/** Whether the growth of the resident set is worth a word, and `amount` explains enough of it. */
export function explainsGrowth(amount: number, rssKib: number, peakKib: number, given: RowInContext): boolean {
  return (
    amount >= leastKib(peakKib, given, 'rss') &&
    amount >= limit('share_of_rss') * rssKib &&
    canBeKept(rssKib, peakKib, given)
  );
}

import type { QuantityName } from '../render/reconciled-amounts.js';
import { MEMORY_RULES } from './memory-reasons.js';
import type { Evidence, Reason } from './reason-rule.js';
import { TIME_RULES } from './time-reasons.js';

const RULES = [...TIME_RULES, ...MEMORY_RULES];

/**
 * The reasons that a difference can have, as many as are needed to cover it.
 *
 * @param difference sacct less profiler
 * @returns `covers` false where all of them together do not
 */
export function reasonsFor(
  what: QuantityName,
  difference: number,
  evidence: Evidence,
): { readonly covers: boolean; readonly texts: readonly string[] } {
  const higher = difference > 0 ? 'sacct' : 'profiler';
  const reasons = RULES.filter((rule) => rule.what === what && (rule.higher === 'either' || rule.higher === higher))
    .map((rule) => rule.reason(evidence))
    .filter((reason) => reason !== undefined && reason.atMost > 0) as Reason[];
  // A reason that is enough alone is the likeliest. Otherwise the largest come first, until they cover the difference.
  const alone = reasons.find(({ atMost }) => atMost >= Math.abs(difference));
  if (alone !== undefined) return { covers: true, texts: [alone.text] };
  const texts: string[] = [];
  let together = 0;
  for (const { atMost, text } of reasons.sort((one, other) => other.atMost - one.atMost)) {
    if (together >= Math.abs(difference)) break;
    together += atMost;
    texts.push(text);
  }
  return { covers: together >= Math.abs(difference), texts };
}

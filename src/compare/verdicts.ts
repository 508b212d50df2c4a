import type { Comparison } from './comparison.js';
import { holm } from './holm.js';
import type { CompareResult } from './result.js';

export type Verdict = 'up' | 'down' | 'unclear';

/**
 * The verdict on each comparison that has an interval, with the given confidence for all of them together: taken one by
 * one, ten of 200 comparisons without a change would have an interval of 95 % that leaves out zero.
 */
export function verdictsOf({ comparisons, confidence }: CompareResult): ReadonlyMap<Comparison, Verdict> {
  const judged = comparisons.flatMap((comparison) => {
    const { relative, difference } = comparison;
    const change = relative?.probability != null ? relative : difference;
    return change?.probability == null ? [] : [{ comparison, value: change.value, probability: change.probability }];
  });
  const together = holm(judged.map(({ probability }) => probability));
  return new Map(
    judged.map(({ comparison, value }, index) => {
      const isClear = together[index]! <= 1 - confidence;
      return [comparison, isClear ? (value > 0 ? 'up' : 'down') : 'unclear'];
    }),
  );
}

import type { NumberField } from '../model/number-metrics.js';
import type { Comparison } from './comparison.js';

export const SORTS = ['change', 'percent', 'base', 'new', 'stage'] as const;
export type Sort = (typeof SORTS)[number];

export interface CompareRanking {
  readonly sort: Sort;
  /** At most so many rows of each metric. */
  readonly top?: number | undefined;
}

/** The comparisons of a metric, those with the highest number first and those without one last. */
export function ranked(
  comparisons: readonly Comparison[],
  field: NumberField,
  { sort, top }: CompareRanking,
): readonly Comparison[] {
  const ofField = comparisons.filter((comparison) => comparison.field === field);
  const rows =
    sort === 'stage'
      ? ofField.toSorted((a, b) => (a.stage < b.stage ? -1 : 1))
      : // Two rows without a value differ by NaN, which sorting takes for equal.
        ofField.toSorted((a, b) => rankOf(b, sort) - rankOf(a, sort));
  return top === undefined ? rows : rows.slice(0, top);
}

function rankOf({ base, new: next, difference, relative }: Comparison, sort: Exclude<Sort, 'stage'>): number {
  const absolute = difference === null ? null : Math.abs(difference.value);
  const value =
    sort === 'base'
      ? base
      : sort === 'new'
        ? next
        : sort === 'percent'
          ? relative && Math.abs(relative.value)
          : absolute;
  return value ?? Number.NEGATIVE_INFINITY;
}

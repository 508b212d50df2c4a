import type { NumberField } from '../model/number-metrics.js';
import type { Comparison } from './comparison.js';
import type { Violation } from './fail-on.js';
import { holm } from './holm.js';

/** Where one side comes from. */
export interface SideOrigin {
  /** As it was given. */
  readonly name: string;
  /** Number of files of records; null for a report. */
  readonly files: number | null;
  /** Null for a report that does not say. */
  readonly records: number | null;
  readonly failed: number;
  readonly unprofiled: number;
  /** Records that name no input and were left out for it. */
  readonly nameless: number;
  readonly processes: number | null;
}

export interface MatchedInputs {
  readonly both: number;
  readonly onlyBase: number;
  readonly onlyNew: number;
}

/** All that is to be shown. */
export interface CompareResult {
  readonly base: SideOrigin;
  readonly new: SideOrigin;
  /** Null where inputs are not matched. */
  readonly inputs: MatchedInputs | null;
  readonly confidence: number;
  readonly fields: readonly NumberField[];
  readonly comparisons: readonly Comparison[];
  readonly violations: readonly Violation[];
}

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

/** Why a metric has no rows to show; undefined where it has some. */
function whyMissing({ comparisons }: CompareResult, field: NumberField): string | undefined {
  const ofField = comparisons.filter((comparison) => comparison.field === field);
  if (ofField.length === 0) return 'measured on neither side';
  if (ofField.every(({ base }) => base === null)) return 'not measured in base';
  return ofField.every((comparison) => comparison.new === null) ? 'not measured in new' : undefined;
}

export function isComparable(result: CompareResult, field: NumberField): boolean {
  return whyMissing(result, field) === undefined;
}

export function missingMetrics(result: CompareResult): { field: NumberField; reason: string }[] {
  return result.fields.flatMap((field) => {
    const reason = whyMissing(result, field);
    return reason === undefined ? [] : [{ field, reason }];
  });
}

/** What the numbers of a metric are, in words. */
export function statisticText({ statistic }: Comparison, inputs: MatchedInputs | null): string {
  if (statistic === 'highest') return 'highest of all';
  if (statistic === 'mean') return inputs === null ? 'mean of a record' : 'mean of an input';
  return inputs === null ? 'in all' : 'all inputs in both together';
}

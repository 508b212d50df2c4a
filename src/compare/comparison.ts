import type { NumberField } from '../model/number-metrics.js';
import { foldOf } from './label-sums.js';

/** What is compared: the sum of the records of a label, their mean, or the highest of them. */
export type Statistic = 'total' | 'mean' | 'highest';

export interface Change {
  readonly value: number;
  /** Null without an interval. */
  readonly low: number | null;
  readonly high: number | null;
  /** How likely it is to find a change so far from zero where there is none; null without an interval. */
  readonly probability: number | null;
}

/** One metric of one label, on both sides. */
export interface Comparison {
  readonly stage: string;
  readonly field: NumberField;
  readonly statistic: Statistic;
  /** `gone`: the label is only in base. */
  readonly state: 'both' | 'new' | 'gone';
  /** Null where the side does not have it. */
  readonly base: number | null;
  readonly new: number | null;
  /** Inputs of each side that have the label; null where reports are compared. */
  readonly inputs: { readonly base: number; readonly new: number } | null;
  /** Those of these inputs that have no number; null as above. */
  readonly unmeasured: { readonly base: number; readonly new: number } | null;
  /** The highest value of a record, where the mean is compared. */
  readonly highest: { readonly base: number | null; readonly new: number | null } | null;
  /** New less base; null where a side has no value. */
  readonly difference: Change | null;
  /** New over base, less one; null where that is no number, or none that means anything. */
  readonly relative: Change | null;
  readonly whyNoInterval: string | null;
}

/** A comparison before its change is known. */
export type Sides = Omit<Comparison, 'difference' | 'relative' | 'whyNoInterval'>;

export function withoutChange(sides: Sides): Comparison {
  return { ...sides, difference: null, relative: null, whyNoInterval: null };
}

/** A change without an interval. */
export function plainChange(sides: Sides, base: number, next: number, whyNoInterval: string): Comparison {
  const plain = (value: number): Change => ({ value, low: null, high: null, probability: null });
  const hasRatio = foldOf(sides.field) !== 'growth' && base > 0;
  return {
    ...sides,
    difference: plain(next - base),
    relative: hasRatio ? plain(next / base - 1) : null,
    whyNoInterval,
  };
}

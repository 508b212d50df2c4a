import { twoSidedProbability, twoSidedQuantile } from './student-t.js';

/** Records of one side, put into groups. */
export interface GroupSums {
  /** What each group adds up to. */
  readonly sums: Float64Array;
  /** How many records each group's sum is shared among. */
  readonly weights: Float64Array;
  /** How many records of each group have a value. */
  readonly counts: Float64Array;
}

/** A change and what is known of it. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** How likely a change so far from zero is where there is none. */
  readonly probability: number;
}

export interface ChangeEstimates {
  /** New less base, for one record. */
  readonly difference: Estimate;
  /** New over base, less one: 0.1 is ten per cent more. Null where that is no number, such as when base is zero. */
  readonly relative: Estimate | null;
}

/** An interval needs so many groups, whatever is in them. */
const LEAST_GROUPS = 3;

/** Differences below this share of the values come from rounding. */
const ROUNDING = 1e-12;

interface Spread {
  readonly variance: number;
  readonly df: number;
}

/**
 * The change of the mean where the same groups of inputs are on both sides: a delete-a-group jackknife. A group is left
 * out on both sides at once. What an input costs then cancels out, and only its change counts.
 *
 * A few inputs make up most of a corpus: with as many degrees of freedom as groups, intervals would be too short. The
 * degrees of freedom come from Kish's effective number of groups, (sum w)^2 / sum w^2 of the weights w of the groups.
 * test/compare/coverage.js compares the intervals with the truth.
 *
 * @returns undefined where there are too few groups, or where one group has all values of a side: without it, that side
 *   has no mean
 */
export function pairedChange(base: GroupSums, next: GroupSums, confidence: number): ChangeEstimates | undefined {
  const ofBase = meansWithout(base);
  const ofNew = meansWithout(next);
  const groups = filledGroups(base, next);
  if (groups.length < LEAST_GROUPS) return undefined;
  const df = degreesOfFreedom(groups, [base, next]);
  const spreadOf = (without: (group: number) => number): Spread => ({
    variance: jackknifeVariance(groups.map(without)),
    df,
  });
  const difference = spreadOf((group) => ofNew.without(group) - ofBase.without(group));
  if (!Number.isFinite(difference.variance)) return undefined;
  return estimates(ofBase.all, ofNew.all, confidence, {
    difference,
    log: spreadOf((group) => Math.log(ofNew.without(group) / ofBase.without(group))),
  });
}

/**
 * The change of the mean where the groups of the two sides have nothing to do with each other: a jackknife for each
 * side, with degrees of freedom by Welch and Satterthwaite.
 */
export function independentChange(base: GroupSums, next: GroupSums, confidence: number): ChangeEstimates | undefined {
  const ofBase = sideEstimate(base);
  const ofNew = sideEstimate(next);
  if (ofBase.groups.length < LEAST_GROUPS || ofNew.groups.length < LEAST_GROUPS) return undefined;
  return estimates(ofBase.all, ofNew.all, confidence, {
    difference: added(ofBase.difference, ofNew.difference),
    log: added(ofBase.log, ofNew.log),
  });
}

interface SideEstimate {
  readonly all: number;
  readonly groups: readonly number[];
  readonly difference: Spread;
  readonly log: Spread;
}

function sideEstimate(side: GroupSums): SideEstimate {
  const { all, without } = meansWithout(side);
  const groups = filledGroups(side);
  const df = degreesOfFreedom(groups, [side]);
  const spreadOf = (values: number[]): Spread => ({ variance: jackknifeVariance(values), df });
  return {
    all,
    groups,
    difference: spreadOf(groups.map(without)),
    log: spreadOf(groups.map((group) => Math.log(without(group)))),
  };
}

function added(a: Spread, b: Spread): Spread {
  const variance = a.variance + b.variance;
  const df = variance === 0 ? a.df + b.df : variance ** 2 / (a.variance ** 2 / a.df + b.variance ** 2 / b.df);
  return { variance, df: Math.max(1, df) };
}

function estimates(
  base: number,
  next: number,
  confidence: number,
  spreads: { readonly difference: Spread; readonly log: Spread },
): ChangeEstimates {
  const change = next - base;
  const isRounding = Math.abs(change) <= ROUNDING * (Math.abs(base) + Math.abs(next));
  const difference = estimate(isRounding ? 0 : change, spreads.difference, confidence);
  if (!(base > 0 && next > 0) || !Number.isFinite(spreads.log.variance)) return { difference, relative: null };
  const log = estimate(isRounding ? 0 : Math.log(next / base), spreads.log, confidence);
  return {
    difference,
    relative: {
      value: Math.expm1(log.value),
      low: Math.expm1(log.low),
      high: Math.expm1(log.high),
      probability: log.probability,
    },
  };
}

function estimate(value: number, { variance, df }: Spread, confidence: number): Estimate {
  const error = Math.sqrt(variance);
  // Counts that are the same in all groups have no spread.
  if (error <= ROUNDING * Math.abs(value)) {
    return { value, low: value, high: value, probability: value === 0 ? 1 : 0 };
  }
  const half = twoSidedQuantile(confidence, df) * error;
  return { value, low: value - half, high: value + half, probability: twoSidedProbability(value / error, df) };
}

/** The mean of all records, and the mean without one of the groups. */
function meansWithout({ sums, weights }: GroupSums): { all: number; without: (group: number) => number } {
  const sum = sums.reduce((total, value) => total + value, 0);
  const weight = weights.reduce((total, value) => total + value, 0);
  return { all: sum / weight, without: (group) => (sum - sums[group]!) / (weight - weights[group]!) };
}

/** Groups that have a value: an empty one does not tell how much groups differ. */
function filledGroups(...sides: readonly GroupSums[]): number[] {
  return Array.from(sides[0]!.sums.keys()).filter((group) => sides.some(({ counts }) => counts[group]! > 0));
}

function degreesOfFreedom(groups: readonly number[], sides: readonly GroupSums[]): number {
  const shares = sides.map(({ sums }) => {
    const total = sums.reduce((sum, value) => sum + Math.abs(value), 0);
    return (group: number) => (total === 0 ? 0 : Math.abs(sums[group]!) / total);
  });
  const weights = groups.map((group) => shares.reduce((sum, share) => sum + share(group), 0));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const squares = weights.reduce((total, weight) => total + weight ** 2, 0);
  return squares === 0 ? 1 : Math.max(1, sum ** 2 / squares - 1);
}

/** @param values the estimates, each made without one of the groups */
function jackknifeVariance(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return (squares * (values.length - 1)) / values.length;
}

import { seeded } from './random.js';

/** @param {readonly number[]} values not empty */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** @typedef {{ median: number, min: number, max: number }} Spread */

/**
 * @param {readonly number[]} values not empty
 * @returns {Spread}
 */
export function spreadOf(values) {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * The ratio of two contenders, round by round, so that whatever slowed down a whole round cancels out.
 *
 * @param {readonly number[]} values one per round
 * @param {readonly number[]} baseline of the same rounds
 */
export function pairedRatios(values, baseline) {
  return spreadOf(values.map((value, round) => value / baseline[round]));
}

/** Resamples of the bootstrap. The fixed seed gives the same interval for the same results. */
const RESAMPLES = 1000;
const SEED = 0x9e3779b9;
/** Left out at each end of the sorted estimates, which makes an interval of 95 %. */
const TAIL_SHARE = 0.025;

/** @typedef {{ estimate: number, low: number, high: number }} Estimate with an interval of 95 % */

/**
 * The median over the rounds' medians, and how far chance alone may have moved it. The interval is a bootstrap:
 * rounds are drawn again with replacement, and values within each round.
 *
 * @param {readonly (readonly number[])[]} rounds not empty, and no round is empty
 * @returns {Estimate}
 */
export function estimateOf(rounds) {
  const random = seeded(SEED);
  const draw = (values) => values.map(() => values[Math.floor(random() * values.length)]);
  const estimates = Array.from({ length: RESAMPLES }, () => median(draw(rounds).map((values) => median(draw(values)))));
  estimates.sort((a, b) => a - b);
  const tail = Math.floor(RESAMPLES * TAIL_SHARE);
  return { estimate: median(rounds.map(median)), low: estimates[tail], high: estimates[RESAMPLES - 1 - tail] };
}

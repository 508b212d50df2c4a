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
 * The ratio of two contenders, round by round: what slowed a whole round down cancels out.
 *
 * @param {readonly number[]} values one a round
 * @param {readonly number[]} baseline of the same rounds
 */
export function pairedRatios(values, baseline) {
  return spreadOf(values.map((value, round) => value / baseline[round]));
}

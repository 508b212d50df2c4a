/**
 * Adjusts probabilities for several comparisons that are looked at together: S. Holm, "A simple sequentially rejective
 * multiple test procedure", 1979. The chance that any comparison without a true change gets a probability below a level
 * is then at most that level, however the comparisons depend on each other.
 *
 * @returns the adjusted probabilities in the order of what was given, each at most 1
 */
export function holm(probabilities: readonly number[]): number[] {
  const order = probabilities.map((_, index) => index).sort((a, b) => probabilities[a]! - probabilities[b]!);
  const adjusted = new Array<number>(probabilities.length);
  let highest = 0;
  order.forEach((index, rank) => {
    highest = Math.max(highest, Math.min(1, probabilities[index]! * (probabilities.length - rank)));
    adjusted[index] = highest;
  });
  return adjusted;
}

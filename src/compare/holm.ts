/**
 * Adjusts probabilities for several comparisons that are looked at together: S. Holm, "A simple sequentially rejective
 * multiple test procedure", 1979. The chance that any comparison without a true change gets a probability below a level
 * is then at most that level, however the comparisons depend on each other.
 *
 * What is not a number counts as a probability of 1: it is no evidence, and takes none from the others.
 *
 * @returns the adjusted probabilities in the order of what was given, each at most 1
 */
export function holm(probabilities: readonly number[]): number[] {
  const known = probabilities.map((probability) => (Number.isNaN(probability) ? 1 : probability));
  const order = known.map((_, index) => index).sort((a, b) => known[a]! - known[b]!);
  const adjusted = new Array<number>(known.length);
  let highest = 0;
  order.forEach((index, rank) => {
    highest = Math.max(highest, Math.min(1, known[index]! * (known.length - rank)));
    adjusted[index] = highest;
  });
  return adjusted;
}

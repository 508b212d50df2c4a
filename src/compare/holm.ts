/**
 * Probabilities as they count where several comparisons are looked at together: S. Holm, "A simple sequentially
 * rejective multiple test procedure", 1979. However the comparisons depend on each other, the chance that any of those
 * without a true change comes out below a level is at most that level.
 *
 * @returns in the order of what was given, each at most 1
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

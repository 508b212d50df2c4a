/**
 * Time during which a child of a call was open, on one clock. The time of children that are open ends now, or is zero if
 * the first of them was entered later, as a recorder may tell of its last sample. NaN stays NaN.
 *
 * @param covered time up to the end of the children before those
 * @param since what the clock showed when the first of the children that are open was entered
 */
export function coveredNs(covered: number, since: number, now: number, hasChild: boolean): number {
  if (!hasChild) return covered;
  const elapsed = now - since;
  return elapsed < 0 ? covered : covered + elapsed;
}

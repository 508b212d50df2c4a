/**
 * The nearest ancestor of a label: the longest part before a dot that is a label itself and leaves something behind the
 * dot. `a` is the nearest ancestor of `a.b`, and of `a..b` unless `a.` is a label too; `a.` and `.a` have none.
 *
 * All code that adds up or draws stages asks here for ancestors. Otherwise an amount that a row shares with its
 * ancestor's row would be counted twice in one place, and be missing in another.
 *
 * @param labels tells whether there is a label
 */
export function nearestAncestor(label: string, labels: { has(label: string): boolean }): string | null {
  for (let dot = label.lastIndexOf('.', label.length - 2); dot > 0; dot = label.lastIndexOf('.', dot - 1)) {
    const before = label.slice(0, dot);
    if (labels.has(before)) return before;
  }
  return null;
}

/** The nearest ancestor, then the nearest ancestor of that one, and so on to the outermost. */
export function* ancestors(label: string, labels: { has(label: string): boolean }): Generator<string, void> {
  for (let next = nearestAncestor(label, labels); next !== null; next = nearestAncestor(next, labels)) yield next;
}

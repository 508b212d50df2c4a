/**
 * The nearest ancestor of a label: the longest part before a dot that is a label itself, and leaves something behind the
 * dot. `a` is that of `a.b` and of `a..b`, unless `a.` is a label, too; `a.` and `.a` have none.
 *
 * All that adds up or draws stages has its ancestors from here: what is in a row and in its ancestor's would otherwise be
 * counted twice in one place, and missing in another.
 *
 * @param labels what can be one: anything that tells whether it has a label
 */
export function nearestAncestor(label: string, labels: { has(label: string): boolean }): string | null {
  for (let dot = label.lastIndexOf('.', label.length - 2); dot > 0; dot = label.lastIndexOf('.', dot - 1)) {
    const before = label.slice(0, dot);
    if (labels.has(before)) return before;
  }
  return null;
}

/** The nearest ancestor, then that of it, and so on to the outermost. */
export function* ancestors(label: string, labels: { has(label: string): boolean }): Generator<string, void> {
  for (let next = nearestAncestor(label, labels); next !== null; next = nearestAncestor(next, labels)) yield next;
}

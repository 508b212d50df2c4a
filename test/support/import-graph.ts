/**
 * The files of each circle of imports, found by a walk that goes in depth.
 *
 * @param importsOf the files that each file imports
 */
export function circlesOf(importsOf: ReadonlyMap<string, readonly string[]>): readonly string[][] {
  const found: string[][] = [];
  const finished = new Set<string>();
  const path: string[] = [];
  const visit = (file: string): void => {
    if (finished.has(file)) return;
    const first = path.indexOf(file);
    if (first !== -1) {
      found.push(path.slice(first));
      return;
    }
    path.push(file);
    for (const imported of importsOf.get(file) ?? []) visit(imported);
    path.pop();
    finished.add(file);
  };
  for (const file of importsOf.keys()) visit(file);
  return found;
}

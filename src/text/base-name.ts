/** What stands behind the last slash of a path or URL. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

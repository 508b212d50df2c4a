import { posix } from 'node:path';

/** Of modules that share a name's place: those past the cells of a sample. */
export const OTHER_MODULES = '(other)';

/**
 * The name a module has in reports: its path within the package it came in, else the file's name. Without the
 * folders above, so that it is the same wherever the program is installed, and a report stays short.
 *
 * @param path absolute path of a shared object, or a name in parentheses
 */
export function moduleName(path: string): string {
  const folder = 'node_modules/';
  // The loader names what a library loads beside itself by a path with `..` in it.
  const normal = posix.normalize(path);
  const packageAt = normal.lastIndexOf(folder);
  return packageAt === -1 ? posix.basename(normal) : normal.slice(packageAt + folder.length);
}

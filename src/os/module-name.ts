import { posixBasename, posixNormalize } from '../host/files.js';

/** Of modules that share a cell: those past the last one of a sample. */
export const OTHER_MODULES = '(other)';

/** Of a module that was found just now, whose path is not known yet. */
const UNKNOWN_MODULE = '(unknown)';

const SHARED_OBJECT = /\.(node|so(\.[\d.]+)?)$/;

/**
 * The name a module has in reports: that of a shared object is its path within the package it came in; else it is the
 * file's name, as of node wherever it is installed. Without the folders above, so that it is the same on every machine,
 * and a report stays short.
 *
 * @param path absolute path of a shared object, or a name in parentheses; empty where it is not known
 */
export function moduleName(path: string): string {
  if (path === '') return UNKNOWN_MODULE;
  const folder = 'node_modules/';
  // The loader names what a library loads beside itself by a path with `..` in it.
  const normal = posixNormalize(path);
  const packageAt = normal.lastIndexOf(folder);
  return packageAt === -1 || !SHARED_OBJECT.test(normal)
    ? posixBasename(normal)
    : normal.slice(packageAt + folder.length);
}

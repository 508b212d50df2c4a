import { posixBasename, posixNormalize } from '../host/files.js';

/** Stands for the modules that share the last cell of a sample. */
export const OTHER_MODULES = '(other)';

/** Stands for a module that was just found, whose path is not known yet. */
const UNKNOWN_MODULE = '(unknown)';

const SHARED_OBJECT = /\.(node|so(\.[\d.]+)?)$/;

/**
 * The name a module has in reports: for a shared object its path within its package, and otherwise the name of the
 * file, as for node itself. The folders above are left out, so that the name is the same on every machine.
 *
 * @param path absolute path of a shared object, or a name in parentheses; empty where it is not known
 */
export function moduleName(path: string): string {
  if (path === '') return UNKNOWN_MODULE;
  const folder = 'node_modules/';
  // A library that loads another one beside it gives that a path with `..` in it.
  const normal = posixNormalize(path);
  const packageAt = normal.lastIndexOf(folder);
  return packageAt === -1 || !SHARED_OBJECT.test(normal)
    ? posixBasename(normal)
    : normal.slice(packageAt + folder.length);
}

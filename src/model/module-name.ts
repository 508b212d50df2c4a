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

/** What npm packages for one platform have behind their name: `-linux-x64-gnu`, `-linuxmusl-arm64`. */
const PLATFORM = /-(linux|linuxmusl|darwin|win32|android|freebsd)-[a-z0-9]+(-(gnu|musl|gnueabihf|musleabihf|msvc))?$/;

/**
 * A module as a person knows it who has installed it: the package, without the platform that npm chose, and for a
 * library that an addon brings along its file too.
 *
 *   @swc/core-linux-x64-gnu/swc.linux-x64-gnu.node            @swc/core
 *   @img/sharp-libvips-linux-x64/lib/libvips-cpp.so.8.18.7    @img/sharp-libvips (libvips-cpp.so.8.18.7)
 *
 * @param module as `moduleName` names it
 */
export function installedName(module: string): string {
  const path = module.split('/');
  const length = module.startsWith('@') ? 2 : 1;
  if (path.length <= length) return module;
  const name = path.slice(0, length).join('/').replace(PLATFORM, '');
  const file = path[path.length - 1]!;
  return file.endsWith('.node') ? name : `${name} (${file})`;
}

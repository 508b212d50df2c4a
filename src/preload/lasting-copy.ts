import { createHash, randomBytes } from 'node:crypto';
import { accessSync, constants, lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { systemReason } from '../model/setup-error.js';
import { makeFolder } from '../os/make-folder.js';

/** The copy, or why there is none, in one line. */
export type LastingCopy =
  | { readonly path: string; readonly missing: null }
  | { readonly path: null; readonly missing: string };

/** The characters at which ld.so splits LD_PRELOAD. */
const SPECIAL = /[ :]/;

const OF_OTHERS = 0o022;

/** Whether a path is possible in LD_PRELOAD. */
export function isPreloadable(path: string): boolean {
  return !SPECIAL.test(path);
}

/**
 * A copy of a library whose path is possible in LD_PRELOAD. It is never removed: processes that a program leaves
 * running preload that path in their children long after. Copies are named by their content, one for each version.
 */
export function lastingCopy(library: string, folders: readonly string[] = lastingFolders()): LastingCopy {
  let missing = 'no folder is known whose path has neither a space nor a colon';
  for (const folder of folders) {
    try {
      const bytes = readFileSync(library);
      makeOwnFolder(folder);
      const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
      const path = copyInto(join(folder, hash), basename(library), bytes);
      // On a file system that is mounted noexec this fails here, and not with a message of ld.so in every process.
      accessSync(path, constants.X_OK);
      return { path, missing: null };
    } catch (error) {
      missing = `${folder}: no copy of the tracker can be there, ${systemReason(error)}`;
    }
  }
  return { path: null, missing };
}

/** Folders of this user that last: the one for caches, then one beside temporary files. */
function lastingFolders(): readonly string[] {
  const { XDG_CACHE_HOME: caches } = process.env;
  const user = process.getuid?.() ?? 'user';
  return [
    join(caches === undefined || caches === '' ? join(homedir(), '.cache') : resolve(caches), 'stageprof'),
    join(resolve(tmpdir()), `stageprof-lib-${user}`),
  ].filter(isPreloadable);
}

/** The copy keeps its name, by which a process tells that the tracker is there, and so has a folder of its own. */
function copyInto(folder: string, name: string, bytes: Buffer): string {
  makeOwnFolder(folder);
  const path = join(folder, name);
  if (isWholeCopy(path, bytes)) return path;
  // Written under another name first, because another run may be reading the file.
  const part = join(folder, `.${randomBytes(8).toString('hex')}.part`);
  try {
    writeFileSync(part, bytes, { flag: 'wx', mode: 0o755 });
    renameSync(part, path);
  } finally {
    rmSync(part, { force: true });
  }
  return path;
}

function isWholeCopy(path: string, bytes: Buffer): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || !stats.isFile() || !isOwn(stats) || stats.size !== bytes.length) return false;
  return readFileSync(path).equals(bytes);
}

/** @throws {Error} for a folder that another user could put a library into */
function makeOwnFolder(folder: string): void {
  makeFolder(folder, 0o700);
  const stats = lstatSync(folder);
  if (!stats.isDirectory()) throw new Error('it is no folder');
  if (!isOwn(stats)) throw new Error('it is not of this user, or others can write to it');
}

function isOwn({ uid, mode }: { readonly uid: number; readonly mode: number }): boolean {
  return uid === (process.getuid?.() ?? uid) && (mode & OF_OTHERS) === 0;
}

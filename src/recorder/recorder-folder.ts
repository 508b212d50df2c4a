import { timeOriginMs } from '../host/clock.js';
import { accessSync, basename, constants, dirname, join, lstatSync, mkdirSync } from '../host/files.js';
import { Math, Number, Set } from '../host/intrinsics.js';
import { environment, processId, threadId, tmpdir, userId } from '../host/process.js';
import { recorderError } from '../model/errors.js';
import { fileSystemOf } from '../os/file-system.js';

const SUFFIX = '.recorder';

/**
 * Where recorders are whose path nobody has chosen: `$STAGEPROF_DIR`, else `stageprof` in `$XDG_RUNTIME_DIR`, else
 * `stageprof-<user id>` in the folder for temporary files.
 */
export function recorderFolder(env: NodeJS.ProcessEnv = environment): string {
  if (env.STAGEPROF_DIR) return env.STAGEPROF_DIR;
  if (env.XDG_RUNTIME_DIR) return join(env.XDG_RUNTIME_DIR, 'stageprof');
  return join(tmpdir(), `stageprof-${userId?.() ?? 'user'}`);
}

/** Memory that holds files, on Linux. */
const SHARED_MEMORY = '/dev/shm';

/**
 * The same for who makes a recorder an input: in memory, where nobody has chosen. To make and to remove one takes 1 ms
 * there, and on a disk, where each page that is touched first is one of the file system's, 10.
 */
export function shortLivedRecorderFolder(env: NodeJS.ProcessEnv = environment): string {
  const folder = recorderFolder(env);
  if (env.STAGEPROF_DIR || env.XDG_RUNTIME_DIR || !isInMemory(SHARED_MEMORY)) return folder;
  return join(SHARED_MEMORY, basename(folder));
}

/**
 * All folders that a recorder may be in whose path nobody has chosen, in the order in which they are tried: the first one
 * may be full.
 */
export function recorderFolders(env: NodeJS.ProcessEnv = environment): readonly string[] {
  const { STAGEPROF_DIR: _chosen, ...unchosen } = env;
  const { XDG_RUNTIME_DIR: _runtime, ...shared } = unchosen;
  return [
    ...new Set([recorderFolder(env), shortLivedRecorderFolder(shared), ...[unchosen, shared].map(recorderFolder)]),
  ];
}

/** What the folders begin with that `run` makes and removes. */
export const PRIVATE_PREFIX = 'stageprof-run-';

/** A folder as messages name it that are merged: the same for every run. */
export function shownFolder(folder: string): string {
  return basename(folder).startsWith(PRIVATE_PREFIX) ? dirname(folder) : folder;
}

/** And can be written to. */
function isInMemory(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return fileSystemOf(folder).name === 'tmpfs';
  } catch {
    return false;
  }
}

/**
 * Makes the folder where it is not there yet. One that others could write to, or have put there, is refused.
 *
 * @throws {Error} `ERR_STAGEPROF_RECORDER`, or one of the system
 */
export function makeRecorderFolder(folder: string = recorderFolder()): string {
  try {
    mkdirSync(folder, { recursive: folder === environment.STAGEPROF_DIR, mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const stats = lstatSync(folder);
  const own = userId?.() ?? stats.uid;
  if (!stats.isDirectory()) throw recorderError(`${folder} is no folder: remove it, or set STAGEPROF_DIR`);
  if (stats.uid !== own) {
    throw recorderError(`${folder} belongs to user ${stats.uid}, not ${own}: set STAGEPROF_DIR to a folder of yours`);
  }
  if ((stats.mode & 0o077) !== 0) {
    throw recorderError(`${folder} is open to other users: chmod 700 it, or set STAGEPROF_DIR`);
  }
  return folder;
}

let made = 0;

/**
 * A name that no other recorder of this folder has: the process it is of; start of the process that names it, in
 * milliseconds since 1970; thread; number.
 */
export function recorderName(pid: number = processId): string {
  return `${pid}-${Math.round(timeOriginMs)}-${threadId}-${made++}${SUFFIX}`;
}

/** The process a recorder of that name is of; undefined for another name. */
export function pidOfName(name: string): number | undefined {
  const pid = /^(\d+)-\d+-\d+-\d+\.recorder$/.exec(name)?.[1];
  return pid === undefined ? undefined : Number(pid);
}

import { timeOriginMs } from '../host/clock.js';
import { accessSync, basename, constants, dirname, join, lstatSync, mkdirSync } from '../host/files.js';
import { Math, Number, Set } from '../host/intrinsics.js';
import { environment, processId, threadId, tmpdir, userId } from '../host/process.js';
import { recorderError } from '../model/errors.js';
import { fileSystemOf } from '../os/file-system.js';
import { SHARED_MEMORY } from '../os/shared-memory.js';

const SUFFIX = '.recorder';

/**
 * The folder of recorders whose path nobody has chosen: `$STAGEPROF_DIR`, else `stageprof` in `$XDG_RUNTIME_DIR`, else
 * `stageprof-<user id>` in the folder for temporary files.
 */
export function recorderFolder(env: NodeJS.ProcessEnv = environment): string {
  if (env.STAGEPROF_DIR) return env.STAGEPROF_DIR;
  if (env.XDG_RUNTIME_DIR) return join(env.XDG_RUNTIME_DIR, 'stageprof');
  return join(tmpdir(), `stageprof-${userId?.() ?? 'user'}`);
}

/**
 * The folder of recorders that last for one input: in memory, unless somebody has chosen. To make and remove a recorder
 * takes 1 ms in memory and 10 ms on a disk, where each page that is first touched is one of the file system.
 */
export function shortLivedRecorderFolder(env: NodeJS.ProcessEnv = environment): string {
  const folder = recorderFolder(env);
  if (env.STAGEPROF_DIR || env.XDG_RUNTIME_DIR || !isInMemory(SHARED_MEMORY)) return folder;
  return join(SHARED_MEMORY, basename(folder));
}

/**
 * All folders of recorders whose path nobody has chosen, in the order in which they are tried: the first may be full.
 */
export function recorderFolders(env: NodeJS.ProcessEnv = environment): readonly string[] {
  const { STAGEPROF_DIR: _chosen, ...unchosen } = env;
  const { XDG_RUNTIME_DIR: _runtime, ...shared } = unchosen;
  return [
    ...new Set([recorderFolder(env), shortLivedRecorderFolder(shared), ...[unchosen, shared].map(recorderFolder)]),
  ];
}

/** The names of the folders that `run` makes and removes begin with this. */
export const PRIVATE_PREFIX = 'stageprof-run-';

/** A folder as warnings name it: the same for every run, so that equal warnings are merged. */
export function shownFolder(folder: string): string {
  return basename(folder).startsWith(PRIVATE_PREFIX) ? dirname(folder) : folder;
}

/** Whether a folder is in memory, and can be written to. */
function isInMemory(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return fileSystemOf(folder).name === 'tmpfs';
  } catch {
    return false;
  }
}

/**
 * Makes the folder unless it exists. A folder that others own, or that is open to them, is refused.
 *
 * @throws {Error} `ERR_STAGEPROF_RECORDER`, or one of the system's
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
 * A name that no other recorder in the folder has: id of the profiled process; start of the process that makes the
 * name, in milliseconds since 1970; thread; number.
 */
export function recorderName(pid: number = processId): string {
  return `${pid}-${Math.round(timeOriginMs)}-${threadId}-${made++}${SUFFIX}`;
}

/** The id of the process in the name of a recorder, also of one of a worker thread; undefined for any other name. */
export function ownerOfName(name: string): number | undefined {
  return pidOfName(name.replace(/-t\d+(?:-\d+)?(?=\.recorder$)/, ''));
}

/** The id of the process in the name of a recorder; undefined for any other name. */
export function pidOfName(name: string): number | undefined {
  const pid = /^(\d+)-\d+-\d+-\d+\.recorder$/.exec(name)?.[1];
  return pid === undefined ? undefined : Number(pid);
}

import { basename, dirname, join, resolve } from '../host/files.js';
import { Set } from '../host/intrinsics.js';
import type { RecorderChoice } from '../model/options.js';
import { formatWarning } from '../model/warnings.js';
import { systemFault } from '../os/system-fault.js';
import {
  makeRecorderFolder,
  PRIVATE_PREFIX,
  recorderFolder,
  recorderFolders,
  recorderName,
  shownFolder,
} from './recorder-folder.js';

const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

/** Errors that another folder may not have. */
const BOUND_TO_FOLDER: ReadonlySet<string> = new Set([
  ...FULL,
  'EFBIG',
  'EROFS',
  'EACCES',
  'EPERM',
  'ENOENT',
  'ENOTDIR',
]);

export function isFull(errno: number): boolean {
  return FULL.has(systemFault(errno).code);
}

export function isBoundToFolder(errno: number): boolean {
  return BOUND_TO_FOLDER.has(systemFault(errno).code);
}

/** The path of a recorder in a folder that is made for recorders, then the paths that it may have moved to. */
export function pathsFrom(path: string): readonly string[] {
  const others = recorderFolders().filter((folder) => folder !== dirname(path));
  return [path, ...others.map((folder) => join(folder, basename(path)))];
}

/** Says that a recorder is not where it was to be: by the same text for every input of a run, so that it is counted. */
export function movedWarning(folder: string, reason: string = NO_ROOM): string {
  return formatWarning(`recorders in another folder, ${reason} in ${shownFolder(folder)}`, 1);
}

const NO_ROOM = 'no room';

interface Fault {
  readonly folder: string;
  readonly reason: string;
  readonly isFull: boolean;
}

/** The paths that a recorder may have, tried one after another, and why it is not at the earlier ones. */
export class RecorderPaths {
  /** Whether somebody has chosen the path. Then there is no other. */
  readonly isChosen: boolean;
  readonly #paths: readonly string[];
  /** Index of the first path whose folder may be made: a folder that was given has to exist. */
  readonly #firstMade: number;
  readonly #faults: Fault[] = [];
  #tried = 0;

  constructor({ path, fallbacks }: RecorderChoice) {
    this.isChosen = path !== null && fallbacks.length === 0;
    this.#firstMade = path === null ? 0 : 1;
    const first = path === null ? join(recorderFolder(), recorderName()) : resolve(path);
    const folders = (path === null ? recorderFolders() : fallbacks).filter((folder) => folder !== dirname(first));
    this.#paths = [first, ...folders.map((folder) => join(folder, basename(first)))];
  }

  /**
   * The next path, in a folder that exists; undefined after the last.
   * @throws {Error} for a first folder that is open to others: the user has to correct that, so it is not passed over
   */
  next(): string | undefined {
    for (;;) {
      const index = this.#tried++;
      const path = this.#paths[index];
      if (path === undefined) return undefined;
      const folder = dirname(path);
      // A folder of `run` is not made: once `run` has ended and removed it, nobody would remove a new one.
      if (index < this.#firstMade || basename(folder).startsWith(PRIVATE_PREFIX)) return path;
      try {
        makeRecorderFolder(folder);
        return path;
      } catch (error) {
        const { errno } = error as NodeJS.ErrnoException;
        if (errno === undefined && index === 0) throw error;
        if (errno !== undefined) this.failed(path, -errno);
      }
    }
  }

  failed(path: string, errno: number): void {
    const { reason } = systemFault(errno);
    const folder = shownFolder(dirname(path));
    if (this.#faults.some((fault) => fault.folder === folder)) return;
    this.#faults.push({ folder, reason, isFull: isFull(errno) });
  }

  /** What was wrong with each path that was tried, in one line. */
  get reason(): string {
    return this.#faults.map(({ folder, reason }) => `${reason} in ${folder}`).join('; ');
  }

  /** Warnings for a recorder that is at this path in the end. */
  warningsAt(path: string): string[] {
    const elsewhere = this.#faults.filter(({ folder }) => folder !== shownFolder(dirname(path)));
    return elsewhere.map(({ folder, reason, isFull }) => movedWarning(folder, isFull ? NO_ROOM : reason));
  }
}

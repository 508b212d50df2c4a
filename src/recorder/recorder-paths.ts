import { basename, dirname, join, resolve } from '../host/files.js';
import { Set } from '../host/intrinsics.js';
import type { RecorderChoice } from '../model/options.js';
import { formatWarning } from '../model/warnings.js';
import {
  makeRecorderFolder,
  PRIVATE_PREFIX,
  recorderFolder,
  recorderFolders,
  recorderName,
  shownFolder,
} from './recorder-folder.js';
import { systemFault } from './system-fault.js';

const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

/** What another folder may do better. */
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

/** The path of a recorder whose folder is made for recorders, then those it may have gone on to. */
export function pathsFrom(path: string): readonly string[] {
  const others = recorderFolders().filter((folder) => folder !== dirname(path));
  return [path, ...others.map((folder) => join(folder, basename(path)))];
}

/** That a recorder is not where it was to be, counted. The same text for every input of a run. */
export function movedWarning(folder: string, reason: string = NO_ROOM): string {
  return formatWarning(`recorders in another folder, ${reason} in ${shownFolder(folder)}`, 1);
}

const NO_ROOM = 'no room';

interface Fault {
  readonly folder: string;
  readonly reason: string;
  readonly isFull: boolean;
}

/** Where a recorder may be, one path after another, and why it is not there. */
export class RecorderPaths {
  /** Somebody has chosen the path: then there is no other. */
  readonly isChosen: boolean;
  readonly #paths: readonly string[];
  /** Folders are made where they are the recorders' own. */
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
   * The next one, in a folder that is there; undefined where there is none left.
   * @throws {Error} for a first folder that is open to others: it has to be put right, and not to be passed over
   */
  next(): string | undefined {
    for (;;) {
      const index = this.#tried++;
      const path = this.#paths[index];
      if (path === undefined) return undefined;
      const folder = dirname(path);
      // Those of `run` are gone once it has ended, and nobody would remove another.
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

  /** What was wrong with all that were tried, in one line. */
  get reason(): string {
    return this.#faults.map(({ folder, reason }) => `${reason} in ${folder}`).join('; ');
  }

  /** For a recorder that has come to this path. */
  warningsAt(path: string): string[] {
    const elsewhere = this.#faults.filter(({ folder }) => folder !== shownFolder(dirname(path)));
    return elsewhere.map(({ folder, reason, isFull }) => movedWarning(folder, isFull ? NO_ROOM : reason));
  }
}

import { randomBytes } from 'node:crypto';
import {
  accessSync,
  constants,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** As many links as Linux follows in one path. */
const MOST_LINKS = 40;

/**
 * A file that a command writes at its end. It can be tried before anything is measured. A plain file is replaced as a
 * whole; a device or pipe is written to.
 */
export class OutputFile {
  /** Absolute; that of a plain file without links, so that a link stays and its target is replaced. */
  readonly #realPath: string;
  readonly #isThere: boolean;
  readonly isPlain: boolean;

  /** @throws {Error} the system's, or one that says that it is a folder */
  constructor(path: string) {
    const stats = statSync(path, { throwIfNoEntry: false });
    this.#realPath = realPathOf(path, stats);
    this.#isThere = stats !== undefined;
    this.isPlain = stats?.isFile() ?? true;
    if (stats?.isDirectory() === true) throw new Error('it is a folder');
  }

  /**
   * Writes another file beside it: permissions do not show read-only mounts, quotas, or root on a network file system.
   * @throws {Error} the system's
   */
  tryWriting(): void {
    if (this.#isThere) accessSync(this.#realPath, constants.W_OK);
    if (!this.isPlain) return;
    const trial = this.#temporaryPath();
    writeFileSync(trial, 'stageprof\n', { flag: 'wx' });
    rmSync(trial);
  }

  /**
   * A reader finds either the old file or the new one.
   * @throws {Error} the system's
   */
  write(text: string): void {
    if (!this.isPlain) {
      writeFileSync(this.#realPath, text);
      return;
    }
    const temporary = this.#temporaryPath();
    try {
      writeFileSync(temporary, text, { flag: 'wx' });
      renameSync(temporary, this.#realPath);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }

  /** Whether another path leads to this file, be it there or not. */
  isAlso(path: string): boolean {
    try {
      return realPathOf(path, statSync(path, { throwIfNoEntry: false })) === this.#realPath;
    } catch {
      return false;
    }
  }

  #temporaryPath(): string {
    return join(dirname(this.#realPath), `.stageprof-${randomBytes(8).toString('hex')}.tmp`);
  }
}

function realPathOf(path: string, stats: Stats | undefined): string {
  // A pipe that /dev/stdout leads to has no path without links.
  if (stats !== undefined) return stats.isFile() ? realpathSync(path) : resolve(path);
  let target = resolve(path);
  // A link whose target is not there: writing makes the target.
  for (let links = 0; links < MOST_LINKS; links++) {
    target = join(realpathSync(dirname(target)), basename(target));
    const next = linkTarget(target);
    if (next === null) break;
    target = resolve(dirname(target), next);
  }
  return target;
}

/** Null for what is no link. */
function linkTarget(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

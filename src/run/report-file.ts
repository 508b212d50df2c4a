import { randomBytes } from 'node:crypto';
import { accessSync, constants, realpathSync, renameSync, rmSync, type Stats, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { SetupError, systemReason } from '../model/setup-error.js';

/** The file for a report. It is tried before the program is started. */
export class ReportFile {
  /** As it was given, for messages. */
  readonly path: string;
  /** Absolute and without links, so that a link stays and its target is replaced. */
  readonly #realPath: string;
  /** Whether the file is replaced as a whole; a device or pipe is written to. */
  readonly #isPlain: boolean;

  /** @throws {SetupError} naming the path, where a report cannot be written to it */
  constructor(path: string) {
    this.path = path;
    try {
      const stats = statSync(path, { throwIfNoEntry: false });
      this.#realPath = realPathOf(path, stats);
      this.#isPlain = stats?.isFile() ?? true;
      if (stats?.isDirectory() === true) throw new Error('it is a folder');
      if (stats !== undefined) accessSync(path, constants.W_OK);
      if (this.#isPlain) this.#tryFolder();
    } catch (error) {
      throw new SetupError(`--out ${path}: cannot be written, ${systemReason(error)}: give a file that can`);
    }
  }

  /**
   * Writes JSON Lines. A reader finds either the old file or the new one.
   * @throws {Error} the system's
   */
  write(lines: string): void {
    if (!this.#isPlain) {
      writeFileSync(this.#realPath, lines);
      return;
    }
    const temporary = this.#temporaryPath();
    try {
      writeFileSync(temporary, lines, { flag: 'wx' });
      renameSync(temporary, this.#realPath);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }

  /** Writes a file: permissions do not show read-only mounts, quotas, or root on a network file system. */
  #tryFolder(): void {
    const trial = this.#temporaryPath();
    writeFileSync(trial, 'stageprof\n', { flag: 'wx' });
    rmSync(trial);
  }

  #temporaryPath(): string {
    return join(dirname(this.#realPath), `.stageprof-${randomBytes(8).toString('hex')}.tmp`);
  }
}

function realPathOf(path: string, stats: Stats | undefined): string {
  if (stats !== undefined) return realpathSync(path);
  return join(realpathSync(dirname(resolve(path))), basename(path));
}

import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { SetupError, systemReason } from '../setup-error.js';

/** A record could not be written. The run has to stop: the next ones would be lost as well. */
export class RecordWriteError extends Error {
  override readonly name = 'RecordWriteError';
}

/** The folder the records are written to, each in a file of its own. */
export class RecordFolder {
  /** As it was given, for messages. */
  readonly path: string;
  /** Absolute, because a pipeline may change the working directory. */
  readonly #absolutePath: string;

  private constructor(path: string) {
    this.path = path;
    this.#absolutePath = resolve(path);
  }

  /**
   * Makes the folder and tries it with a file: permissions do not tell of read-only mounts, quotas or root on a
   * network file system.
   * @throws {SetupError} naming the path
   */
  static async open(path: string): Promise<RecordFolder> {
    const folder = new RecordFolder(path);
    try {
      await makeFolder(folder.#absolutePath);
      const trial = folder.#temporaryPath();
      await writeFile(trial, 'stageprof\n', { flag: 'wx' });
      await rm(trial);
    } catch (error) {
      throw new SetupError(`--outdir ${path}: cannot be written, ${systemReason(error)}: give a folder that can`);
    }
    return folder;
  }

  /**
   * Writes a record whole: under a temporary name first, so that a killed run leaves no torn file. There is no
   * fsync: it would protect against the machine failing, not the process, at some milliseconds an input.
   * @throws {RecordWriteError} naming the path
   */
  async write(name: string, line: string): Promise<void> {
    const temporary = this.#temporaryPath();
    try {
      await writeFile(temporary, line, { flag: 'wx' });
      await rename(temporary, join(this.#absolutePath, name));
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw new RecordWriteError(`${join(this.path, name)}: cannot be written, ${systemReason(error)}`);
    }
  }

  /** Random, because tasks on several machines, whose process ids may be equal, share one folder. */
  #temporaryPath(): string {
    return join(this.#absolutePath, `.stageprof-${randomBytes(8).toString('hex')}.tmp`);
  }
}

/** With its parents. Node's own `recursive` never returns where a parent exists but takes no folders, as in /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    await makeOneFolder(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await makeOneFolder(path);
  }
}

/** Other tasks make the same folder at the same time. What is there and no folder shows when it is written to. */
async function makeOneFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

import { randomBytes } from 'node:crypto';
import { constants, statSync } from 'node:fs';
import { open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { SetupError, systemReason } from '../model/setup-error.js';
import { makeFolder } from '../os/make-folder.js';
import { isRunning } from '../os/process-running.js';

/** A record could not be written. The run has to stop: the next records would be lost as well. */
export class RecordWriteError extends Error {
  override readonly name = 'RecordWriteError';
}

/** `.stageprof-<host>-<process id>-<random>.tmp`. The name of a host may have dashes. */
const TEMPORARY = /^\.stageprof-(.+)-(\d+)-[0-9a-f]{16}\.tmp$/;

/** For files of another machine, whose processes cannot be seen. A record is written in far less time. */
const ABANDONED_AFTER_MS = 24 * 3600 * 1000;

/** The folder of the records, each of which has a file of its own. */
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
   * Makes the folder and tries to write a file: permissions do not show read-only mounts, quotas, or root on a network
   * file system.
   * @throws {SetupError} naming the path
   */
  static async open(path: string): Promise<RecordFolder> {
    const folder = new RecordFolder(path);
    try {
      makeFolder(folder.#absolutePath);
      const trial = folder.temporaryPath();
      await writeFile(trial, 'stageprof\n', { flag: 'wx' });
      await rm(trial);
    } catch (error) {
      throw new SetupError(`--outdir ${path}: cannot be written, ${systemReason(error)}: give a folder that can`);
    }
    // If names could not be read, the record of another input might be overwritten.
    await folder.names().catch((error) => {
      throw new SetupError(`--outdir ${path}: cannot be read, ${systemReason(error)}: give a folder that can`);
    });
    return folder;
  }

  /** The names of all files in it. */
  async names(): Promise<string[]> {
    return readdir(this.#absolutePath);
  }

  /**
   * The first bytes of a plain file in it, or the whole file.
   * @throws {Error} the system's, or one for a file that is not plain
   */
  async read(name: string, mostBytes = Number.POSITIVE_INFINITY): Promise<Buffer> {
    // Without O_NONBLOCK this would wait for the other end of a pipe.
    const file = await open(join(this.#absolutePath, name), constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await file.stat();
      if (!stats.isFile()) throw new Error('no plain file');
      if (stats.size <= mostBytes) return await file.readFile();
      const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(mostBytes), position: 0 });
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  /** The path of a file in it, as messages show it. */
  shown(name: string): string {
    return join(this.path, name);
  }

  /** A new path for this process. Its name is also random, because process ids are the same on several machines. */
  temporaryPath(): string {
    const name = `.stageprof-${hostname()}-${process.pid}-${randomBytes(8).toString('hex')}.tmp`;
    return join(this.#absolutePath, name);
  }

  /**
   * Writes a record as a whole: under a temporary name first, so that a killed run leaves no torn file. There is no
   * fsync: it would cost some milliseconds an input, and protect against failures of the machine only.
   * @throws {RecordWriteError} naming the path
   */
  async write(name: string, line: string | Uint8Array): Promise<void> {
    const temporary = this.temporaryPath();
    try {
      await writeFile(temporary, line, { flag: 'wx' });
    } catch (error) {
      await this.discard(temporary);
      throw this.writeError(name, systemReason(error));
    }
    await this.commit(temporary, name);
  }

  /**
   * Gives a temporary file, once it is complete, the name of the record.
   * @throws {RecordWriteError} naming the path
   */
  async commit(temporary: string, name: string): Promise<void> {
    try {
      await rename(temporary, join(this.#absolutePath, name));
    } catch (error) {
      await this.discard(temporary);
      throw this.writeError(name, systemReason(error));
    }
  }

  async discard(temporary: string): Promise<void> {
    await rm(temporary, { force: true }).catch(() => {});
  }

  writeError(name: string, reason: string): RecordWriteError {
    return new RecordWriteError(`${this.shown(name)}: cannot be written, ${reason}`);
  }

  /** Removes the temporary files of runs that were killed. */
  async sweep(): Promise<void> {
    for (const name of await this.names().catch(() => [])) {
      const [, host, pid] = TEMPORARY.exec(name) ?? [];
      if (host === undefined) continue;
      const path = join(this.#absolutePath, name);
      const isLeft = host === hostname() ? !isRunning(Number(pid)) : ageMs(path) > ABANDONED_AFTER_MS;
      if (isLeft) await this.discard(path);
    }
  }
}

function ageMs(path: string): number {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? 0 : Date.now() - stats.mtimeMs;
}

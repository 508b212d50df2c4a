import { lstatSync, unlinkSync } from '../host/files.js';
import type { NativeRecorder } from '../native/addon.js';
import { systemFault } from '../os/system-fault.js';
import { isFull, type RecorderPaths } from './recorder-paths.js';

/** The mapped file of a recorder. Where it finds no room it moves to another folder, and all buffers over it stay. */
export class RecorderFile {
  #path: string;
  /** Tells the file at `#path` from another file of that name, which must not be removed. */
  #inode: number | undefined;

  constructor(
    path: string,
    readonly paths: RecorderPaths,
    readonly native: NativeRecorder,
  ) {
    this.#path = path;
    this.#inode = inodeOf(path);
  }

  get path(): string {
    return this.#path;
  }

  /** Memory over a part of the file, or the errno for which there is none. */
  expose(offset: number, bytes: number): ArrayBuffer | number {
    return this.#whereRoom(() => this.native.expose(offset, bytes));
  }

  /** @returns an errno, 0 for none */
  write(offset: number, bytes: Buffer): number {
    return this.#whereRoom(() => this.native.write(offset, bytes));
  }

  /** Starts the thread that takes readings. @returns an errno, 0 for none */
  start(positions: Float64Array): number {
    return this.native.start(positions);
  }

  /** Stops the readings. The memory stays. Idempotent. */
  close(): void {
    this.native.close();
  }

  remove(): void {
    try {
      if (lstatSync(this.#path).ino === this.#inode) unlinkSync(this.#path);
    } catch {
      // It is gone, or its folder can no longer be written to.
    }
  }

  /** Why the file is not where it was to be. */
  warnings(): string[] {
    return this.paths.warningsAt(this.#path);
  }

  /** What an errno of this file means: for one without room, what was wrong with every folder. */
  reasonOf(errno: number): string {
    const { reason } = systemFault(errno);
    return isFull(errno) ? this.paths.reason || reason : reason;
  }

  /** Takes room in the file, in one folder after another where they are full. */
  #whereRoom<T>(take: () => T | number): T | number {
    for (;;) {
      const taken = take();
      if (typeof taken !== 'number' || !isFull(taken)) return taken;
      this.paths.failed(this.#path, taken);
      if (!this.#move()) return taken;
    }
  }

  #move(): boolean {
    for (let path = this.paths.next(); path !== undefined; path = this.paths.next()) {
      const error = this.native.move(path);
      if (error !== 0) {
        this.paths.failed(path, error);
        continue;
      }
      this.remove();
      this.#path = path;
      this.#inode = inodeOf(path);
      return true;
    }
    return false;
  }
}

function inodeOf(path: string): number | undefined {
  return lstatSync(path, { throwIfNoEntry: false })?.ino;
}

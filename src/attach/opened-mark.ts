import { lstatSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Target } from './target.js';

/**
 * A file that says that the inspector of a process was opened by an attach. Where the process opens it only after that attach has
 * given up, or the attach was killed, the next one closes it.
 */
export class OpenedMark {
  private readonly path: string;

  constructor({ pid, startTicks }: Target) {
    this.path = join(tmpdir(), `stageprof-attach-${process.geteuid?.() ?? 0}-${pid}-${startTicks}`);
  }

  /** A file of somebody else is none. */
  get isThere(): boolean {
    const stat = lstatSync(this.path, { throwIfNoEntry: false });
    return stat?.isFile() === true && stat.uid === process.geteuid?.();
  }

  /** @returns whether it is new: false where it is there from the last time, or there is no folder for it */
  put(): boolean {
    try {
      writeFileSync(this.path, '', { flag: 'wx', mode: 0o600 });
      return true;
    } catch {
      return false;
    }
  }

  remove(): void {
    if (this.isThere) rmSync(this.path, { force: true });
  }
}

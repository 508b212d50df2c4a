import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { SetupError, systemReason } from '../model/setup-error.js';
import { SHARED_MEMORY } from '../os/shared-memory.js';
import { PRIVATE_PREFIX } from '../recorder/recorder-folder.js';

/** The room that the recorders of a few processes with a few stages take. */
const ROOM_BYTES = 2 ** 20;

/** Folders that only this user can read, and that last as long as this process. The later ones are for want of room. */
export class PrivateFolder {
  /** The first one with room. */
  readonly path: string;
  /** All of them, in the order in which processes try them. */
  readonly paths: readonly string[];
  /** Why the first is not in the folder for temporary files, in one line; null where it is. */
  readonly remark: string | null;

  /** @throws {SetupError} where no folder can be made */
  constructor() {
    const temporary = resolve(tmpdir());
    const roomy: string[] = [];
    const full: string[] = [];
    let fault: string | null = null;
    for (const parent of parentsFor(temporary, process.env)) {
      try {
        // mkdtemp makes it with mode 0700.
        const path = mkdtempSync(join(parent, PRIVATE_PREFIX));
        full.push(path);
        tryRoom(path);
        full.pop();
        roomy.push(path);
      } catch (error) {
        if (parent === temporary) fault = systemReason(error);
      }
    }
    // The working directory is the last resort: the program might list it.
    if (roomy.length === 0) roomy.push(...inWorkingDirectory());
    this.paths = [...roomy, ...full];
    if (this.paths.length === 0) {
      throw new SetupError(`TMPDIR: no folder can be made there, ${fault}: set it to one that can be written`);
    }
    this.path = this.paths[0]!;
    const elsewhere =
      dirname(this.path) === temporary ? 'nor is there room elsewhere' : `so what is temporary is in ${this.path}`;
    this.remark = fault === null ? null : `TMPDIR: ${fault} in ${temporary}, ${elsewhere}`;
    process.once('exit', this.remove);
  }

  /** Idempotent. A folder that cannot be removed is left: the run itself has succeeded. */
  readonly remove = (): void => {
    process.off('exit', this.remove);
    for (const path of this.paths) {
      try {
        rmSync(path, { recursive: true, force: true });
      } catch {}
    }
  };
}

function parentsFor(temporary: string, { XDG_RUNTIME_DIR }: NodeJS.ProcessEnv): ReadonlySet<string> {
  return new Set([temporary, SHARED_MEMORY, ...(XDG_RUNTIME_DIR ? [resolve(XDG_RUNTIME_DIR)] : [])]);
}

function inWorkingDirectory(): string[] {
  let path: string | undefined;
  try {
    path = mkdtempSync(join(process.cwd(), PRIVATE_PREFIX));
    tryRoom(path);
    return [path];
  } catch {
    if (path !== undefined) rmSync(path, { recursive: true, force: true });
    return [];
  }
}

/**
 * Writes a file, which also shows quotas: in many file systems a folder alone takes no room.
 * @throws {Error} the system's
 */
function tryRoom(folder: string): void {
  const trial = join(folder, 'trial');
  const bytes = Buffer.alloc(ROOM_BYTES);
  const file = openSync(trial, 'wx', 0o600);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
  } finally {
    closeSync(file);
    rmSync(trial, { force: true });
  }
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { RUN_FOLDER } from '../recorder/place.js';
import { SetupError, systemReason } from '../setup-error.js';

/** A folder that only this user can read, for as long as this process. */
export class PrivateFolder {
  readonly path: string;

  /** @throws {SetupError} where none can be made */
  constructor() {
    try {
      // 0700 by mkdtemp itself.
      this.path = mkdtempSync(join(resolve(tmpdir()), RUN_FOLDER));
    } catch (error) {
      throw new SetupError(
        `TMPDIR: no folder can be made there, ${systemReason(error)}: set it to one that can be written`,
      );
    }
    process.once('exit', this.remove);
  }

  /** Idempotent. What cannot be removed is left: the run itself has succeeded. */
  readonly remove = (): void => {
    process.off('exit', this.remove);
    try {
      rmSync(this.path, { recursive: true, force: true });
    } catch {}
  };
}

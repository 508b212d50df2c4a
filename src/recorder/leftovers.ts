import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning } from '../os/process-running.js';
import { pidOfName } from './recorder-folder.js';

/** Long enough for somebody to look into it; and a container that shares the folder has processes nobody sees here. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/**
 * Removes what processes that were killed with their `map` have left in a folder of memory, which nobody else would
 * empty before the node starts anew. What cannot be removed stays.
 */
export function removeLeftovers(folder: string, nowMs: number = Date.now()): void {
  for (const name of readdirSync(folder)) {
    const pid = pidOfName(name);
    if (pid === undefined || isRunning(pid)) continue;
    const path = join(folder, name);
    try {
      if (nowMs - lstatSync(path).mtimeMs > KEPT_MS) rmSync(path);
    } catch {
      // Another `map` was faster.
    }
  }
}

import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isRunning } from '../os/process-running.js';
import { SITES_SUFFIX } from '../stacks/sites-path.js';
import { ownerOfName } from './recorder-folder.js';

/** Time to inspect a recorder, which may also belong to a container whose processes are not seen here. */
const KEPT_MS = 24 * 60 * 60 * 1000;

/**
 * Removes the recorders of processes that were killed together with their `map`. They take memory, which nobody else
 * would free before the node restarts. What cannot be removed stays.
 */
export function removeLeftovers(folder: string, nowMs: number = Date.now()): void {
  for (const name of readdirSync(folder)) {
    // The tables of native stacks lie beside the recorder.
    const pid = ownerOfName(basename(name, SITES_SUFFIX));
    if (pid === undefined || isRunning(pid)) continue;
    const path = join(folder, name);
    try {
      if (nowMs - lstatSync(path).mtimeMs > KEPT_MS) rmSync(path);
    } catch {
      // Another `map` has removed it first.
    }
  }
}

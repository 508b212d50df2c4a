import { dirname, mkdirSync } from '../host/files.js';

/**
 * Makes a folder unless it exists, and its parents too. Node's `recursive` never returns where a parent exists but
 * takes no folders, as in /proc. If the path is no folder, writing to it tells.
 *
 * @throws {Error} the system's
 */
export function makeFolder(path: string, mode = 0o777): void {
  try {
    makeOneFolder(path, mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error;
    makeFolder(dirname(path), mode);
    makeOneFolder(path, mode);
  }
}

/** Another process may make the same folder at the same time. */
function makeOneFolder(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

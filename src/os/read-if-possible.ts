import { readdirSync, readFileSync } from '../host/files.js';

/** The text of a file; undefined where it cannot be read, as in /proc for a process that has just ended. */
export function textIn(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** The names in a folder; none where it cannot be read. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/**
 * Reads a file that a program has left. Does not follow a link or wait for the other end of a pipe, which the program could
 * have put there.
 *
 * Used by the command line only.
 *
 * @param mostBytes what no such file reaches
 * @throws {Error} the system's, or where it is no plain file, or too large
 */
export function readPlainFile(path: string, mostBytes: number): Buffer {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new Error('not a plain file');
    if (stats.size > mostBytes) throw new Error(`its ${stats.size} bytes are more than such a file can have`);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

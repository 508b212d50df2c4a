import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';

/** A profile that reaches all limits of its tables has less. */
const LARGEST_BYTES = 256 * 2 ** 20;

/**
 * Reads a file of stacks that a program has left. Does not follow a link or wait for the other end of a pipe, which the program
 * could have put there.
 *
 * Used by the command line only.
 *
 * @throws {Error} where it is no plain file, or too large
 */
export function readPlain(path: string): Buffer {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw new Error('not a plain file');
    if (stats.size > LARGEST_BYTES) throw new Error(`its ${stats.size} bytes are more than a stack profile has`);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

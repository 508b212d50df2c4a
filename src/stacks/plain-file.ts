import { readPlainFile } from '../os/plain-file.js';

/** A profile that reaches all limits of its tables has less. */
const LARGEST_BYTES = 256 * 2 ** 20;

/**
 * Reads a file of stacks that a program has left.
 *
 * Used by the command line only.
 *
 * @throws {Error} where it is no plain file, or too large
 */
export function readPlain(path: string): Buffer {
  return readPlainFile(path, LARGEST_BYTES);
}

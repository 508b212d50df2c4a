/**
 * A file that cannot be read as a stack profile. The message is one line, begins with a capital, and does not name the
 * file: who opened it does.
 *
 * Used by the command line only.
 */
export class StacksFileError extends Error {
  override readonly name = 'StacksFileError';
}

/** @param fault what is wrong, as it completes "Damaged stack profile: " */
export function damaged(fault: string): StacksFileError {
  return new StacksFileError(`Damaged stack profile: ${fault}`);
}

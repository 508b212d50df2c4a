/**
 * A file cannot be read as a stack profile. The message is one line, begins with a capital letter, and does not name the
 * file, because the caller that opened it does.
 *
 * Used by the command line and by threads of the profiler, never by a thread of the program.
 */
export class StacksFileError extends Error {
  override readonly name = 'StacksFileError';
}

/** @param fault what is wrong, to follow "Damaged stack profile: " */
export function damaged(fault: string): StacksFileError {
  return new StacksFileError(`Damaged stack profile: ${fault}`);
}

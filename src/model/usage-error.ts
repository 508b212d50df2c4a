/** The command line asks for something that cannot be. The message is one line that names the flag. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

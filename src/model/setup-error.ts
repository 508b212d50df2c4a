import { Error, Object, String } from '../host/intrinsics.js';

/**
 * A run cannot start as it was asked for. The message is one line that names the path and says what to do. Nothing has
 * been run or written when this error is thrown.
 */
export class SetupError extends Error {
  constructor(message: string) {
    super(message);
    // Defined, because an assignment would fail where the prototype of errors is frozen.
    Object.defineProperty(this, 'name', { value: 'SetupError', configurable: true, writable: true });
  }
}

/**
 * The reason in an error of the system, without the path and call that Node repeats behind it:
 * `ENOENT: no such file or directory, open 'a.txt'` is `no such file or directory (ENOENT)`.
 */
export function systemReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (typeof message !== 'string') return String(error);
  const match = /^(E[A-Z0-9]+): ([^,]+)/.exec(message);
  return match !== null && match[1] === code ? `${match[2]} (${code})` : message;
}

import { constants } from 'node:os';

/** How a child process ended: by itself with a code, or by a signal. */
export interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export const EXIT_CANNOT_EXECUTE = 126;
export const EXIT_NOT_FOUND = 127;

/** What a shell gives for it: the code, or 128+n after signal n. */
export function exitCodeOf({ code, signal }: ExitStatus): number {
  return signal === null ? (code ?? EXIT_CANNOT_EXECUTE) : exitCodeOfSignal(signal);
}

/** What a shell reports for a process that a signal ended, and sacct with it. */
export function exitCodeOfSignal(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/** What the OS says of a program that did not start. Another code than these is one of the program's own. */
export function exitCodeOfStart(error: NodeJS.ErrnoException): number {
  return error.code === 'ENOENT' ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE;
}

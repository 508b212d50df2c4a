import { constants } from 'node:os';

/** What the commands of stageprof end with, besides 128+n after signal n. */
export const EXIT_DONE = 0;
/** Some inputs, lines or files failed, were not reached, or could not be written. */
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;

/** What a shell ends with for a program that it cannot start. */
export const EXIT_CANNOT_EXECUTE = 126;
export const EXIT_NOT_FOUND = 127;

/** How a child process ended: with an exit code of its own, or by a signal. */
export interface ExitStatus {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The exit code that a shell reports: the process's own, or 128+n after signal n. */
export function exitCodeOf({ code, signal }: ExitStatus): number {
  return signal === null ? (code ?? EXIT_CANNOT_EXECUTE) : exitCodeOfSignal(signal);
}

/** What a shell, and sacct with it, reports for a process that was ended by a signal. */
export function exitCodeOfSignal(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/** For a program that did not start. Any other exit code is one of the program's own. */
export function exitCodeOfStart(error: NodeJS.ErrnoException): number {
  return error.code === 'ENOENT' ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE;
}

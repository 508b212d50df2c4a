import { constants } from 'node:os';

export const EXIT_DONE = 0;
/** Some inputs failed, were not reached, or could not be written. */
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;

export type StopSignal = 'SIGHUP' | 'SIGINT' | 'SIGTERM';

/** What a shell reports for a process that a signal ended, and sacct with it. */
export function exitCodeOfSignal(signal: StopSignal): number {
  return 128 + constants.signals[signal];
}

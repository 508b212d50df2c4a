export { exitCodeOfSignal } from '../os/exit-status.js';

export const EXIT_DONE = 0;
/** Some inputs failed, were not reached, or could not be written. */
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;

export type StopSignal = 'SIGHUP' | 'SIGINT' | 'SIGTERM';

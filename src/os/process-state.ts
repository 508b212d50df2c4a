import { isatty } from 'node:tty';
import { readProcessStat } from './process-stat.js';

/** Whether a key of the terminal sends its signal to this process and to that child alike. */
export function sharesTerminalKeys(childPid: number): boolean {
  const own = readProcessStat('self');
  // Elsewhere than on Linux all that can be told is whether there is a terminal.
  if (own === null) return isatty(0) || isatty(2);
  if (own.terminal === 0 || own.processGroup !== own.foregroundGroup) return false;
  return readProcessStat(childPid)?.processGroup === own.processGroup;
}

export function isStopped(pid: number): boolean {
  return readProcessStat(pid)?.state === 'T';
}

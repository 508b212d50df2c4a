import { isatty } from 'node:tty';
import { readProcessStat } from './process-stat.js';

/** Whether a key of the terminal, such as Ctrl-C, sends its signal both to this process and to that child. */
export function sharesTerminalKeys(childPid: number): boolean {
  const own = readProcessStat('self');
  // Without /proc all that can be told is whether there is a terminal.
  if (own === null) return isatty(0) || isatty(2);
  if (own.terminal === 0 || own.processGroup !== own.foregroundGroup) return false;
  return readProcessStat(childPid)?.processGroup === own.processGroup;
}

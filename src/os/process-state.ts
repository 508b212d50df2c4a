import { readFileSync } from 'node:fs';
import { isatty } from 'node:tty';

/** What /proc tells of a process; see proc_pid_stat(5). */
interface ProcessState {
  readonly state: string;
  readonly processGroup: number;
  /** 0 without a controlling terminal. */
  readonly terminal: number;
  /** Process group in the foreground of that terminal. */
  readonly foregroundGroup: number;
}

function readProcessState(pid: number | 'self'): ProcessState | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name before may hold anything, a parenthesis too.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state = '', , processGroup, , terminal, foregroundGroup] = fields;
    return {
      state,
      processGroup: Number(processGroup),
      terminal: Number(terminal),
      foregroundGroup: Number(foregroundGroup),
    };
  } catch {
    return undefined;
  }
}

/** Whether a key of the terminal sends its signal to this process and to that child alike. */
export function sharesTerminalKeys(childPid: number): boolean {
  const own = readProcessState('self');
  // Elsewhere than on Linux all that can be told is whether there is a terminal.
  if (own === undefined) return isatty(0) || isatty(2);
  if (own.terminal === 0 || own.processGroup !== own.foregroundGroup) return false;
  return readProcessState(childPid)?.processGroup === own.processGroup;
}

export function isStopped(pid: number): boolean {
  return readProcessState(pid)?.state === 'T';
}

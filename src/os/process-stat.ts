import { readFileSync } from '../host/files.js';
import { Number } from '../host/intrinsics.js';

/** USER_HZ, the unit of times in /proc: 100 on every architecture that Node runs on, see time(7). */
const TICKS_PER_S = 100;

export const MS_PER_TICK = 1000 / TICKS_PER_S;

/** What /proc/PID/stat tells of a process that has not ended; see proc_pid_stat(5). */
export interface ProcessStat {
  /** One letter, such as T for stopped. */
  readonly state: string;
  readonly parentPid: number;
  readonly processGroup: number;
  /** 0 without a controlling terminal. */
  readonly terminal: number;
  /** Process group in the foreground of that terminal. */
  readonly foregroundGroup: number;
  readonly cpuS: number;
  /** Clock ticks since boot. Together with its id this tells a process from a later one. */
  readonly startTicks: number;
}

/** Null where there is no /proc or no such process, and for a zombie. */
export function readProcessStat(pid: number | 'self'): ProcessStat | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
  // The name in parentheses may hold anything, a parenthesis too.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const state = fields[0];
  const startTicks = Number(fields[19]);
  if (state === undefined || state === 'Z' || state === 'X' || !Number.isSafeInteger(startTicks)) return null;
  return {
    state,
    parentPid: Number(fields[1]),
    processGroup: Number(fields[2]),
    terminal: Number(fields[4]),
    foregroundGroup: Number(fields[5]),
    cpuS: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S,
    startTicks,
  };
}

export function isStopped(pid: number): boolean {
  return readProcessStat(pid)?.state === 'T';
}

import { readFileSync } from '../host/files.js';
import { Number } from '../host/intrinsics.js';

/** USER_HZ, the unit of times in /proc: 100 on every architecture that Node runs on, see time(7). */
export const TICKS_PER_S = 100;

/** What /proc/PID/stat tells of a process; see proc_pid_stat(5). */
export interface ProcessStat {
  /** A letter: `T` is stopped, `Z` and `X` have ended. */
  readonly state: string;
  readonly parentPid: number;
  readonly processGroup: number;
  /** 0 without a controlling terminal. */
  readonly terminal: number;
  /** Process group in the foreground of that terminal. */
  readonly foregroundGroup: number;
  /** In user and kernel mode. */
  readonly cpuS: number;
  /** Since boot. Together with the id it distinguishes a process from a later one. */
  readonly startTicks: number;
}

/** Null where there is no such process, or no /proc. A process that its parent has not waited for still has one. */
export function readProcessStat(pid: number | 'self'): ProcessStat | null {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return null;
  }
  // The name before the fields may contain anything, even a parenthesis.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const number = (index: number): number => Number(fields[index]);
  const startTicks = number(19);
  if (!Number.isSafeInteger(startTicks)) return null;
  return {
    state: fields[0]!,
    parentPid: number(1),
    processGroup: number(2),
    terminal: number(4),
    foregroundGroup: number(5),
    cpuS: (number(11) + number(12)) / TICKS_PER_S,
    startTicks,
  };
}

/** The same, but null also for a process that has ended and that its parent has not waited for. */
export function readLiveProcessStat(pid: number): ProcessStat | null {
  const stat = readProcessStat(pid);
  return stat?.state === 'Z' || stat?.state === 'X' ? null : stat;
}

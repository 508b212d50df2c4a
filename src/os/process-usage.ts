import { readFileSync } from 'node:fs';

/** What /proc tells of a process. */
export interface ProcessUsage {
  readonly rssKib: number;
  /** Its own peak, which unlike `ru_maxrss` does not begin at that of the process it was made by. */
  readonly peakRssKib: number;
  readonly cpuS: number;
}

/** USER_HZ: 100 on every architecture that Node runs on, see time(7). */
const TICKS_PER_S = 100;

/** Null for one that has ended, and where there is no /proc. */
export function readProcessUsage(pid: number): ProcessUsage | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const kib = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(status)![1]);
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name before may hold anything, a parenthesis too; see proc_pid_stat(5).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      rssKib: kib('VmRSS'),
      peakRssKib: kib('VmHWM'),
      cpuS: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S,
    };
  } catch {
    return null;
  }
}

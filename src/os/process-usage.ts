import { readFileSync } from 'node:fs';
import { readProcessStat } from './process-stat.js';

/** What /proc tells of a process. */
export interface ProcessUsage {
  readonly rssKib: number;
  /** Its own peak, which unlike `ru_maxrss` does not begin at that of the process it was made by. */
  readonly peakRssKib: number;
  readonly cpuS: number;
}

/** Null for one that has ended, and where there is no /proc. */
export function readProcessUsage(pid: number): ProcessUsage | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    const kib = (name: string) => Number(new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(status)![1]);
    const stat = readProcessStat(pid);
    return stat === null ? null : { rssKib: kib('VmRSS'), peakRssKib: kib('VmHWM'), cpuS: stat.cpuS };
  } catch {
    return null;
  }
}

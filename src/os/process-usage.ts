import { readFileSync } from 'node:fs';
import { readProcessStat } from './process-stat.js';

/** Null where /proc does not tell. */
export interface ProcessMemory {
  readonly rssKib: number | null;
  /** Unlike `ru_maxrss`, this peak does not begin at that of the process it was forked from. */
  readonly peakRssKib: number | null;
}

export interface ProcessUsage {
  readonly rssKib: number;
  readonly peakRssKib: number;
  readonly cpuS: number;
}

export function readProcessMemory(pid: number): ProcessMemory {
  let status: string;
  try {
    status = readFileSync(`/proc/${pid}/status`, 'latin1');
  } catch {
    return { rssKib: null, peakRssKib: null };
  }
  const kibOf = (name: string) => {
    const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    return kib === undefined ? null : Number(kib);
  };
  return { rssKib: kibOf('VmRSS'), peakRssKib: kibOf('VmHWM') };
}

/** Null for a process that has ended, and where there is no /proc. */
export function readProcessUsage(pid: number): ProcessUsage | null {
  const stat = readProcessStat(pid);
  const { rssKib, peakRssKib } = readProcessMemory(pid);
  if (stat === null || rssKib === null || peakRssKib === null) return null;
  return { rssKib, peakRssKib, cpuS: stat.cpuS };
}

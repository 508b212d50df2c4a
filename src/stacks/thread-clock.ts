import { openSync, readSync } from 'node:fs';
import type { CpuReading } from './thread-log.js';

/** A line of three numbers. */
const LONGEST_LINE = 128;

/**
 * The kernel's counters of one thread.
 *
 * Used by the sampling thread only.
 */
export class ThreadClock {
  private readonly line = Buffer.alloc(LONGEST_LINE);

  private constructor(private readonly file: number) {}

  /** @returns null on a kernel without the file. Waiting then weighs as much as running. */
  static open(tid: number): ThreadClock | null {
    try {
      return new ThreadClock(openSync(`/proc/self/task/${tid}/schedstat`, 'r'));
    } catch {
      return null;
    }
  }

  read(): CpuReading | null {
    try {
      const length = readSync(this.file, this.line, 0, LONGEST_LINE, 0);
      const timeUs = Number(process.hrtime.bigint()) / 1000;
      const [cpuNs = 0, delayNs = 0] = this.line.toString('latin1', 0, length).split(' ').map(Number);
      return cpuNs > 0 ? { timeUs, cpuUs: cpuNs / 1000, delayUs: delayNs / 1000 } : null;
    } catch {
      return null;
    }
  }
}

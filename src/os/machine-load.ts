import { Math, Number } from '../host/intrinsics.js';
import { machineCpus } from './cpu-count.js';
import { textIn } from './read-if-possible.js';

/**
 * The load average of the last minute for each CPU of the machine, to a thousandth: the mean number of threads that ran,
 * waited for a CPU or slept uninterruptibly, mostly for a disk. In a container, too, /proc/loadavg is that of the whole
 * machine. So it is divided by the CPUs of the machine, not by those that this process may use.
 *
 * @returns null where it cannot be read
 */
export function loadPerCpu(): number | null {
  return loadIn(textIn('/proc/loadavg'), machineCpus());
}

/** @param text of /proc/loadavg, whose first number is the mean of the last minute */
export function loadIn(text: string | undefined, cpuCount: number): number | null {
  const load = text === undefined ? Number.NaN : Number.parseFloat(text);
  return load >= 0 && load < Number.POSITIVE_INFINITY ? Math.round((load / cpuCount) * 1000) / 1000 : null;
}

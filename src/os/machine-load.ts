import { Math, Number } from '../host/intrinsics.js';
import { machineCpus } from './cpu-count.js';
import { textIn } from './read-if-possible.js';

/**
 * Threads of the machine that ran or waited to run, in the mean of the last minute, for each of its CPUs. /proc has the
 * number of the whole machine in a container too, and is therefore divided by the CPUs of the machine. To a thousandth.
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

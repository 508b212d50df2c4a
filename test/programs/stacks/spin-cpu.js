import { readFileSync } from 'node:fs';

/** Uses some milliseconds of CPU on its thread, in the function that calls it, however busy the machine is. */
export function spinCpu(ms) {
  const usedMs = () => Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]) / 1e6;
  const end = usedMs() + ms;
  let sum = 0;
  while (usedMs() < end) for (let i = 0; i < 100_000; i++) sum += Math.sqrt(i + (sum % 7));
  return sum;
}

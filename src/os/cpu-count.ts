import { availableParallelism, cpus } from '../host/process.js';

let count: number | undefined;

/** The CPUs of the machine, whatever part of them this process may use. Reads several files, and therefore only once. */
export function machineCpus(): number {
  count ??= cpus().length || availableParallelism();
  return count;
}

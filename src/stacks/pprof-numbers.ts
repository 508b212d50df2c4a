import { damaged } from './stacks-file-error.js';

/**
 * Numbers as `pprof-format` decodes them: without a sign, and as a bigint if the encoding has more than four bytes.
 *
 * Used by the command line and by threads of the profiler, never by a thread of the program.
 */
export type Numeric = number | bigint;

/** @param what the subject of the message "… is out of range" */
export function wordOf(value: Numeric, what: string): number {
  const word = Number(value);
  if (word >= 2 ** 32) throw damaged(`${what} is out of range`);
  return word;
}

/** Rounds to a double. Only the difference of two profiles has negative values, and it cannot be added to samples. */
export function sampleValueOf(value: Numeric): number {
  if (typeof value === 'number') return value;
  const signed = BigInt.asIntN(64, value);
  if (signed < 0n) throw damaged('a sample has a negative value');
  return Number(signed);
}

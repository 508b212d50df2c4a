import { damaged } from './stacks-file-error.js';

/**
 * Numbers as `pprof-format` decodes them: a bigint where the encoding has more than four bytes, and without a sign.
 *
 * Used by the command line only.
 */
export type Numeric = number | bigint;

/** @param what as it completes "… is out of range" */
export function wordOf(value: Numeric, what: string): number {
  const word = Number(value);
  if (word >= 2 ** 32) throw damaged(`${what} is out of range`);
  return word;
}

/** Rounded to a double. Negative values are those of differences between profiles, which cannot be added to samples. */
export function sampleValueOf(value: Numeric): number {
  if (typeof value === 'number') return value;
  const signed = BigInt.asIntN(64, value);
  if (signed < 0n) throw damaged('a sample has a negative value');
  return Number(signed);
}

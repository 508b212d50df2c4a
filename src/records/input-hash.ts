import type { Bytes } from './bytes.js';

/** Two numbers of 32 bits. The chance that any two of a million inputs share both is 1 in 18 million. */
export const HASH_WORDS = 2;

// Constants past 2^31 are made signed integers of 32 bits: otherwise they would be multiplied as doubles.
const FIRST = 0xcc9e2d51 | 0;
const FIRST_FURTHER = 0x1b873593;
const SECOND = 0x239b961b;
const SECOND_FURTHER = 0xab0e9789 | 0;
const ADDED = 0xe6546b64 | 0;

/**
 * Writes two hashes of bytes into `into[at]` and `into[at + 1]`. Each is the MurmurHash3 of 32 bits (A. Appleby, public
 * domain) with its own constants.
 */
export function hashInto({ bytes, view }: Bytes, from: number, end: number, into: Uint32Array, at: number): void {
  let first = 0x9747b28c | 0;
  let second = 0x3c6ef372;
  let position = from;
  for (; position + 4 <= end; position += 4) {
    const word = view.getInt32(position, true);
    first = mixed(first, word, FIRST, FIRST_FURTHER);
    second = mixed(second, word, SECOND, SECOND_FURTHER);
  }
  let rest = 0;
  for (let shift = 0; position < end; position++, shift += 8) rest |= bytes[position]! << shift;
  first = mixed(first, rest, FIRST, FIRST_FURTHER);
  second = mixed(second, rest, SECOND, SECOND_FURTHER);
  into[at] = finished(first ^ (end - from));
  into[at + 1] = finished(second ^ (end - from));
}

function mixed(hash: number, word: number, multiplier: number, further: number): number {
  const part = Math.imul(word, multiplier);
  const turned = hash ^ Math.imul((part << 15) | (part >>> 17), further);
  return (Math.imul((turned << 13) | (turned >>> 19), 5) + ADDED) | 0;
}

function finished(hash: number): number {
  let value = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

import { bytesOf } from '../records/bytes.js';
import { HASH_WORDS, hashInto } from '../records/input-hash.js';

const words = new Uint32Array(HASH_WORDS);

/**
 * 53 bits of the two words: one number, so that a million inputs are one array of 8 MB. Two inputs of n share one with
 * a chance of about n^2 / 2^54: 1 in 18,000 for a million. They are then taken for one.
 */
export function hashOf(fill: (into: Uint32Array, at: number) => void): number {
  fill(words, 0);
  return (words[0]! >>> 11) * 2 ** 32 + words[1]!;
}

export function textHash(text: string): number {
  const written = bytesOf(text);
  return hashOf((into, at) => hashInto(written, 0, written.bytes.length, into, at));
}

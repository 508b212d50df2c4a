import { bytesOf } from '../records/bytes.js';
import { HASH_WORDS, hashInto } from '../records/input-hash.js';

const words = new Uint32Array(HASH_WORDS);

/**
 * 53 bits of the two words: one number, so that a million inputs are one array of 8 MB. The chance that two of n inputs
 * share one is about n^2 / 2^54, which is 1 in 18,000 for a million. They are then taken for one.
 */
export function hashNumber(hash: Uint32Array): number {
  return (hash[0]! >>> 11) * 2 ** 32 + hash[1]!;
}

export function textHash(text: string): number {
  const written = bytesOf(text);
  hashInto(written, 0, written.bytes.length, words, 0);
  return hashNumber(words);
}

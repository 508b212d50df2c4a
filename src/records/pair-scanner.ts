import { ARRAY_BEGIN, ARRAY_END, COMMA } from './json-codes.js';
import { MALFORMED } from './json-scanner.js';
import { scanNumber } from './number-scanner.js';

/** Holds the two numbers of a pair until they have been checked. */
const pair = new Float64Array(2);

/**
 * Reads pairs of numbers: `[[12,3],[13,1]]`.
 *
 * @param take takes a pair; false where there can be no such pair
 * @returns position behind them, or `MALFORMED`
 */
export function scanPairs(bytes: Buffer, from: number, take: (first: number, second: number) => boolean): number {
  if (bytes[from] !== ARRAY_BEGIN) return MALFORMED;
  let at = from + 1;
  if (bytes[at] === ARRAY_END) return at + 1;
  for (;;) {
    if (bytes[at] !== ARRAY_BEGIN) return MALFORMED;
    at = scanNumber(bytes, at + 1, pair, 0);
    if (at === MALFORMED || bytes[at] !== COMMA) return MALFORMED;
    at = scanNumber(bytes, at + 1, pair, 1);
    if (at === MALFORMED || bytes[at] !== ARRAY_END || !take(pair[0]!, pair[1]!)) return MALFORMED;
    at++;
    if (bytes[at] === ARRAY_END) return at + 1;
    if (bytes[at] !== COMMA) return MALFORMED;
    at++;
  }
}

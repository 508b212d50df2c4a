import { isReportable } from '../model/quantities.js';
import { MINUS } from './json-codes.js';
import { MALFORMED, skipNumber } from './json-scanner.js';

const ZERO = 0x30;

/** Powers of ten that are doubles exactly. */
const EXACT_POWERS = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/**
 * Reads a number as `JSON.parse` does, and null as NaN, into `into[index]`.
 *
 * The digits as a whole number up to 2^53, divided by a power of ten up to 10^22, are rounded once and therefore
 * correctly (W. D. Clinger, "How to Read Floating Point Numbers Accurately", 1990). V8 reads all other numbers.
 *
 * @returns position behind it, or `MALFORMED` where it is neither a number nor null, or more than a report may hold
 */
export function scanNumber(bytes: Buffer, from: number, into: Float64Array, index: number): number {
  let at = from;
  let byte = bytes[at]!;
  const isNegative = byte === MINUS;
  if (isNegative) byte = bytes[++at]!;
  let digit = byte - ZERO;
  if (digit >>> 0 > 9) return isNegative ? MALFORMED : scanNull(bytes, from, into, index);
  let mantissa = digit;
  byte = bytes[++at]!;
  if (digit !== 0) {
    for (digit = byte - ZERO; digit >>> 0 < 10; digit = byte - ZERO) {
      mantissa = mantissa * 10 + digit;
      byte = bytes[++at]!;
    }
  }
  let decimals = 0;
  if (byte === 0x2e) {
    const point = at;
    byte = bytes[++at]!;
    for (digit = byte - ZERO; digit >>> 0 < 10; digit = byte - ZERO) {
      mantissa = mantissa * 10 + digit;
      byte = bytes[++at]!;
    }
    decimals = at - point - 1;
    if (decimals === 0) return MALFORMED;
  }
  if ((byte | 0x20) === 0x65) {
    const isShort = bytes[at + 1] === MINUS && (bytes[at + 2]! - ZERO) >>> 0 < 10 && (bytes[at + 3]! - ZERO) >>> 0 > 9;
    if (!isShort) return scanByEngine(bytes, from, into, index);
    decimals += bytes[at + 2]! - ZERO;
    at += 3;
  }
  if (mantissa > Number.MAX_SAFE_INTEGER || decimals > 22) return scanByEngine(bytes, from, into, index);
  const magnitude = decimals === 0 ? mantissa : mantissa / EXACT_POWERS[decimals]!;
  into[index] = isNegative ? -magnitude : magnitude;
  return at;
}

function scanNull(bytes: Buffer, from: number, into: Float64Array, index: number): number {
  if (bytes[from] !== 0x6e || bytes[from + 1] !== 0x75 || bytes[from + 2] !== 0x6c || bytes[from + 3] !== 0x6c) {
    return MALFORMED;
  }
  into[index] = Number.NaN;
  return from + 4;
}

function scanByEngine(bytes: Buffer, from: number, into: Float64Array, index: number): number {
  const end = skipNumber(bytes, from);
  if (end === MALFORMED) return MALFORMED;
  const value = Number(bytes.toString('latin1', from, end));
  if (!isReportable(value)) return MALFORMED;
  into[index] = value;
  return end;
}

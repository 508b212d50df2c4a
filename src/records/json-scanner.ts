import { copyWithRoom } from '../store/copy-with-room.js';
import type { Bytes } from './bytes.js';
import { ARRAY_BEGIN, BACKSLASH, COLON, COMMA, MINUS, OBJECT_BEGIN, QUOTE, SPACE } from './json-codes.js';

/**
 * Finds where JSON values end without creating them. It accepts exactly what `JSON.parse` accepts: a fault makes a line
 * malformed also where it is in a member that nobody reads.
 *
 * A line has to end with a newline, which no JSON value can contain. The newline stops every loop, so that no position
 * has to be compared with an end.
 */
export const NEWLINE = 0x0a;

/** Returned in place of a position. */
export const MALFORMED = -1;

/** 1 for each blank of JSON except the newline. */
const BLANK = Uint8Array.from({ length: 256 }, (_, byte) => Number(byte === 0x20 || byte === 0x09 || byte === 0x0d));
const IS_HEX = bytesOf('0123456789abcdefABCDEF');
const IS_ESCAPED = bytesOf('"\\/bfnrt');
/** Four bytes as `getInt32` reads them. */
const wordOf = (text: string) => Buffer.from(text).readInt32LE();
const TRUE = wordOf('true');
const NULL = wordOf('null');
const FALSE_BEGIN = wordOf('fals');
const FALSE_END = 0x65;

/** The opening brackets of the open objects and arrays; grows with the deepest line. */
let open = new Uint8Array(256);

/** @returns position behind blanks */
export function skipBlanks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (BLANK[bytes[at]!] === 1) at++;
  return at;
}

/**
 * @param from position of its first byte
 * @returns position behind the value, or `MALFORMED`, also where it is nested deeper than `maxDepth`
 */
export function skipValue(input: Bytes, from: number, maxDepth = Number.POSITIVE_INFINITY): number {
  const { bytes } = input;
  let depth = 0;
  let at = from;
  for (;;) {
    // A value begins here.
    const first = bytes[at]!;
    if (first === QUOTE) at = skipString(input, at);
    else if (first === OBJECT_BEGIN || first === ARRAY_BEGIN) {
      if (bytes[++at]! <= SPACE) at = skipBlanks(bytes, at);
      if (bytes[at] === first + 2) at++;
      else {
        if (depth >= maxDepth) return MALFORMED;
        if (depth === open.length) open = copyWithRoom(open, depth * 2);
        open[depth++] = first;
        if (first === OBJECT_BEGIN) at = skipKey(input, at);
        if (at === MALFORMED) return MALFORMED;
        continue;
      }
    } else at = first > 0x39 ? skipLiteral(input, at) : skipNumber(bytes, at);

    // A value has ended here.
    for (;;) {
      if (at === MALFORMED || depth === 0) return at;
      if (bytes[at]! <= SPACE) at = skipBlanks(bytes, at);
      const next = bytes[at]!;
      const kind = open[depth - 1]!;
      if (next === COMMA) {
        if (bytes[++at]! <= SPACE) at = skipBlanks(bytes, at);
        if (kind === OBJECT_BEGIN) at = skipKey(input, at);
        if (at === MALFORMED) return MALFORMED;
        break;
      }
      // The codes of both kinds of brackets are two apart.
      if (next !== kind + 2) return MALFORMED;
      depth--;
      at++;
    }
  }
}

/** A key with its colon and the blanks around it. */
function skipKey(input: Bytes, from: number): number {
  if (input.bytes[from] !== QUOTE) return MALFORMED;
  const end = skipString(input, from);
  return end === MALFORMED ? MALFORMED : skipColon(input.bytes, end);
}

/** @param from behind a key */
export function skipColon(bytes: Uint8Array, from: number): number {
  let at = from;
  if (bytes[at]! <= SPACE) at = skipBlanks(bytes, at);
  if (bytes[at] !== COLON) return MALFORMED;
  return bytes[++at]! <= SPACE ? skipBlanks(bytes, at) : at;
}

/** @param from position of the opening quote */
export function skipString({ bytes, view }: Bytes, from: number): number {
  let at = from + 1;
  for (;;) {
    let stops = stopsOf(view.getInt32(at, true));
    while (stops === 0) {
      at += 4;
      stops = stopsOf(view.getInt32(at, true));
    }
    at += (31 - Math.clz32(stops & -stops)) >> 3;
    const stop = bytes[at]!;
    if (stop === QUOTE) return at + 1;
    if (stop !== BACKSLASH) return MALFORMED;
    const escaped = bytes[at + 1]!;
    if (IS_ESCAPED[escaped] === 1) at += 2;
    else if (escaped === 0x75 && areHex(bytes, at + 2)) at += 6;
    else return MALFORMED;
  }
}

/**
 * Looks at four bytes at once, the first being the lowest. The result is not zero where one of them ends the plain part
 * of a string: a quote, a backslash or a control character. The lowest bit that is set belongs to the first such byte.
 * `& ~word` leaves out the bytes of longer characters of UTF-8, which have their highest bit set.
 */
function stopsOf(word: number): number {
  const quote = word ^ 0x22222222;
  const backslash = word ^ 0x5c5c5c5c;
  const found =
    ((quote - 0x01010101) & ~quote) | ((backslash - 0x01010101) & ~backslash) | ((word - 0x20202020) & ~word);
  return found & 0x80808080;
}

function areHex(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at < from + 4; at++) if (IS_HEX[bytes[at]!] === 0) return false;
  return true;
}

/** @param from position of the sign or the first digit, if it is a number at all */
export function skipNumber(bytes: Uint8Array, from: number): number {
  let at = bytes[from] === MINUS ? from + 1 : from;
  const first = bytes[at]! - 0x30;
  if (first >>> 0 > 9) return MALFORMED;
  at++;
  if (first !== 0) while ((bytes[at]! - 0x30) >>> 0 < 10) at++;
  if (bytes[at] === 0x2e) {
    if ((bytes[++at]! - 0x30) >>> 0 > 9) return MALFORMED;
    while ((bytes[at]! - 0x30) >>> 0 < 10) at++;
  }
  if ((bytes[at]! | 0x20) === 0x65) {
    at++;
    if (bytes[at] === 0x2b || bytes[at] === MINUS) at++;
    if ((bytes[at]! - 0x30) >>> 0 > 9) return MALFORMED;
    while ((bytes[at]! - 0x30) >>> 0 < 10) at++;
  }
  return at;
}

function skipLiteral({ bytes, view }: Bytes, from: number): number {
  const word = view.getInt32(from, true);
  if (word === TRUE || word === NULL) return from + 4;
  return word === FALSE_BEGIN && bytes[from + 4] === FALSE_END ? from + 5 : MALFORMED;
}

function bytesOf(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of Buffer.from(characters)) table[byte] = 1;
  return table;
}

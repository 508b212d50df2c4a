import { damaged } from './stacks-file-error.js';

/**
 * The encoding of Protocol Buffers, as far as it must be checked before `pprof-format` decodes a message. That package
 * trusts its input. A number of a million bytes keeps it busy for hours, each message of two bytes becomes an object of
 * hundreds of bytes, and a wrong length makes it read to the end of the bytes. Decoding a message that passes these checks
 * takes time and memory in proportion to its length.
 *
 * Used by the command line and by threads of the profiler, never by a thread of the program.
 */

const VARINT = 0;
const FIXED_64 = 1;
const BYTES = 2;
const FIXED_32 = 5;

const LONGEST_VARINT = 10;
const GREATEST_FIELD = 15;

/** The name of the outermost message in error messages. */
const THE_FILE = 'the file';

/** What a field holds. Fields that are not in a shape are skipped. */
type FieldShape =
  | 'number'
  /** At most so many numbers, packed or one by one. */
  | { readonly numbers: number }
  | { readonly messages: number; readonly of: MessageShape };

export type MessageShape = Readonly<Record<number, FieldShape>>;

interface Field {
  /** The position of the tag. */
  readonly at: number;
  readonly number: number;
  readonly wire: number;
  /** The position of the content, which follows the tag and, if there is one, the length. */
  readonly start: number;
  readonly end: number;
}

/** The contents of one field of the outermost message. Each of them has to be a message or a text. */
export function* contentsOf(bytes: Uint8Array, number: number, what: string, most = Infinity): Generator<Uint8Array> {
  let count = 0;
  for (const field of fieldsIn(bytes, 0, bytes.length, THE_FILE)) {
    if (field.number !== number) continue;
    if (field.wire !== BYTES) throw damaged(`one of its ${what} has wire type ${field.wire}`);
    if (++count > most) throw damaged(`it has more than ${most} ${what}`);
    yield bytes.subarray(field.start, field.end);
  }
}

/** The numbers of one field of the outermost message. */
export function* numbersOf(bytes: Uint8Array, number: number, what: string, most: number): Generator<number> {
  let count = 0;
  for (const field of fieldsIn(bytes, 0, bytes.length, THE_FILE)) {
    if (field.number !== number) continue;
    if (field.wire !== VARINT && field.wire !== BYTES) throw damaged(`its ${what} have wire type ${field.wire}`);
    for (let at = field.start; at < field.end; at = endOfVarint(bytes, at, field.end, what)) {
      if (++count > most) throw damaged(`it has more than ${most} ${what}`);
      yield varint(bytes, at);
    }
  }
}

/** @throws {StacksFileError} if `pprof-format` should not decode the message */
export function checkMessage(bytes: Uint8Array, shape: MessageShape, what: string): void {
  checkRange(bytes, 0, bytes.length, shape, what);
}

function checkRange(bytes: Uint8Array, from: number, to: number, shape: MessageShape, what: string): void {
  const counts = new Array<number>(GREATEST_FIELD + 1).fill(0);
  for (const { at, number, wire, start, end } of fieldsIn(bytes, from, to, what)) {
    // `pprof-format` reads a tag as one byte, and knows no other wire types. It would skip such a field wrongly, and then
    // decode bytes that were not checked.
    const isSkippable = bytes[at]! < 0x80 && (wire === VARINT || wire === BYTES);
    if (!isSkippable) throw damaged(`${what} has field ${number} of wire type ${wire}`);
    const field = shape[number];
    if (field === undefined) continue;
    if (field === 'number') {
      if (wire !== VARINT) throw damaged(`field ${number} of ${what} is not a number`);
    } else if ('numbers' in field) {
      counts[number]! += countVarints(bytes, start, end, `field ${number} of ${what}`);
      if (counts[number]! > field.numbers) {
        throw damaged(`field ${number} of ${what} has more than ${field.numbers} numbers`);
      }
    } else {
      if (wire !== BYTES) throw damaged(`field ${number} of ${what} is not a message`);
      if (++counts[number]! > field.messages) {
        throw damaged(`${what} has field ${number} more than ${field.messages} times`);
      }
      checkRange(bytes, start, end, field.of, `field ${number} of ${what}`);
    }
  }
}

/** @param what the name of the checked message in error messages */
function* fieldsIn(bytes: Uint8Array, from: number, to: number, what: string): Generator<Field> {
  for (let at = from; at < to; ) {
    const tag = varint(bytes, at);
    let start = endOfVarint(bytes, at, to, what);
    const number = Math.floor(tag / 8);
    const wire = tag % 8;
    let end: number;
    if (wire === VARINT) end = endOfVarint(bytes, start, to, what);
    else if (wire === BYTES) {
      const length = start < to ? varint(bytes, start) : 0;
      start = endOfVarint(bytes, start, to, what);
      end = start + length;
    } else if (wire === FIXED_64) end = start + 8;
    else if (wire === FIXED_32) end = start + 4;
    else throw damaged(`wire type ${wire} at byte ${at} of ${what}`);
    if (number === 0) throw damaged(`field 0 at byte ${at} of ${what}`);
    if (end > to) throw damaged(`field ${number} at byte ${at} of ${what} ends outside of it`);
    yield { at, number, wire, start, end };
    at = end;
  }
}

/** @returns where the next field or number begins */
function endOfVarint(bytes: Uint8Array, start: number, to: number, what: string): number {
  const last = Math.min(to, start + LONGEST_VARINT);
  for (let at = start; at < last; at++) if (bytes[at]! < 0x80) return at + 1;
  throw damaged(`the number at byte ${start} of ${what} has no end`);
}

/** Rounds numbers of 2^53 or more, which no tag, length or index is. The caller then checks that the number has an end. */
function varint(bytes: Uint8Array, start: number): number {
  let value = 0;
  for (let i = 0; i < LONGEST_VARINT; i++) {
    const byte = bytes[start + i] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) break;
  }
  return value;
}

function countVarints(bytes: Uint8Array, start: number, end: number, what: string): number {
  let count = 0;
  for (let at = start; at < end; at = endOfVarint(bytes, at, end, what)) count++;
  return count;
}

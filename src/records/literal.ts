/**
 * Fixed texts that are compared with bytes eight at a time, as doubles. Eight bytes of ASCII are never a NaN or a zero,
 * so that two such doubles are equal exactly where their bytes are. A text that is shorter or not ASCII is compared
 * byte by byte.
 */
export interface Literals {
  readonly doubles: Float64Array;
  /** Index of the first double of each text, and at the end the number of all doubles. */
  readonly starts: Int32Array;
  /** How far the last double of a text overlaps the one before it. */
  readonly overlaps: Int32Array;
  /** Texts without doubles. */
  readonly bytes: readonly (Buffer | undefined)[];
}

const DOUBLE_BYTES = 8;

/** @param texts none empty */
export function literalsOf(texts: readonly string[]): Literals {
  const doubles: number[] = [];
  const starts = new Int32Array(texts.length + 1);
  const overlaps = new Int32Array(texts.length);
  const bytes = texts.map((text, index) => {
    const encoded = Buffer.from(text);
    const isAscii = encoded.every((byte) => byte > 0 && byte < 0x80);
    if (isAscii && encoded.length >= DOUBLE_BYTES) {
      const count = Math.ceil(encoded.length / DOUBLE_BYTES);
      overlaps[index] = count * DOUBLE_BYTES - encoded.length;
      for (let at = 0; at < count; at++) {
        doubles.push(encoded.readDoubleLE(Math.min(at * DOUBLE_BYTES, encoded.length - DOUBLE_BYTES)));
      }
    }
    starts[index + 1] = doubles.length;
    return starts[index] === starts[index + 1] ? encoded : undefined;
  });
  return { doubles: Float64Array.from(doubles), starts, overlaps, bytes };
}

/** Position behind text `index` if it stands at `from`, else -1. May read seven bytes past the first difference. */
export function matchLiteral(literals: Literals, index: number, view: DataView, from: number): number {
  const { doubles, starts } = literals;
  const last = starts[index + 1]! - 1;
  let at = from;
  let double = starts[index]!;
  if (double > last) return matchBytes(literals.bytes[index]!, view, from);
  for (; double < last; double++, at += DOUBLE_BYTES) {
    if (view.getFloat64(at, true) !== doubles[double]) return -1;
  }
  at -= literals.overlaps[index]!;
  return view.getFloat64(at, true) === doubles[last] ? at + DOUBLE_BYTES : -1;
}

function matchBytes(bytes: Buffer, view: DataView, from: number): number {
  for (let index = 0; index < bytes.length; index++) if (view.getUint8(from + index) !== bytes[index]) return -1;
  return from + bytes.length;
}

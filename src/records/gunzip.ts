import * as zlib from 'node:zlib';
import type { PieceQueue } from './piece-queue.js';

export const GZIP_MAGIC = [0x1f, 0x8b] as const;

const PIECE_BYTES = 256 * 1024;

const HEADER_BYTES = 10;
const TRAILER_BYTES = 8;
const DEFLATE = 8;

/** Bits of the flags of a header, RFC 1952. */
const HAS_HEADER_CRC = 2;
const HAS_EXTRA = 4;
const HAS_NAME = 8;
const HAS_COMMENT = 16;
const RESERVED = 0xe0;

/**
 * The bytes of all members, one after another. What follows the last member is left in `input`.
 *
 * Each member is inflated by itself. Node's Gunzip takes any bytes behind a member for another member. Where they are
 * not one, it fails, and what it had inflated of the same piece is lost.
 */
export async function* gunzipped(input: PieceQueue): AsyncGenerator<Buffer, void> {
  do {
    await skipHeader(input);
    yield* member(input);
  } while (await input.beginsWith(GZIP_MAGIC));
}

async function skipHeader(input: PieceQueue): Promise<void> {
  const header = await take(input, HEADER_BYTES);
  const flags = header[3]!;
  if (header[2] !== DEFLATE) throw dataError('unknown compression method');
  if ((flags & RESERVED) !== 0) throw dataError('unknown header flags set');
  if ((flags & HAS_EXTRA) !== 0) await take(input, (await take(input, 2)).readUInt16LE(0));
  if ((flags & HAS_NAME) !== 0) await skipText(input);
  if ((flags & HAS_COMMENT) !== 0) await skipText(input);
  if ((flags & HAS_HEADER_CRC) !== 0) await take(input, 2);
}

async function skipText(input: PieceQueue): Promise<void> {
  while ((await take(input, 1))[0] !== 0);
}

async function* member(input: PieceQueue): AsyncGenerator<Buffer, void> {
  const inflate = zlib.createInflateRaw({ chunkSize: PIECE_BYTES });
  let fed = 0;
  let last: Buffer | null = null;
  const feeding = (async () => {
    for (;;) {
      const piece = await input.next();
      if (piece === null) {
        inflate.end();
        return;
      }
      fed += piece.length;
      last = piece;
      const failure = await new Promise((resolve) => inflate.write(piece, resolve));
      // It stops reading at the end of the member: no further piece may be taken then.
      if (failure || inflate.bytesWritten < fed) return;
    }
  })();
  feeding.catch((error: Error) => inflate.destroy(error));
  let crc = 0;
  let length = 0;
  for await (const piece of inflate as AsyncIterable<Buffer>) {
    crc = crc32(piece, crc);
    length = (length + piece.length) % 2 ** 32;
    yield piece;
  }
  await feeding;
  const unused = fed - inflate.bytesWritten;
  if (last !== null && unused > 0) input.putBack((last as Buffer).subarray(-unused));
  const trailer = await take(input, TRAILER_BYTES);
  if (trailer.readUInt32LE(0) !== crc) throw dataError('incorrect data check');
  if (trailer.readUInt32LE(4) !== length) throw dataError('incorrect length check');
}

async function take(input: PieceQueue, count: number): Promise<Buffer> {
  const bytes = await input.take(count);
  if (bytes.length < count) throw dataError('unexpected end of file');
  return bytes;
}

/** It has the code that zlib gives to its errors. */
function dataError(message: string): Error {
  return Object.assign(new Error(message), { code: 'Z_DATA_ERROR' });
}

/** Node has it from 20.15 and 22.2 on. */
const crc32: (bytes: Buffer, before: number) => number =
  (zlib as { readonly crc32?: (bytes: Buffer, before: number) => number }).crc32 ?? crc32ByTable;

let table: Uint32Array | undefined;

/** Exported for the test. */
export function crc32ByTable(bytes: Buffer, before: number): number {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1;
    return rest;
  });
  let crc = ~before;
  for (let at = 0; at < bytes.length; at++) crc = table[(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

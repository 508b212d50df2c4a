import { pipeline, Readable, Transform } from 'node:stream';
import * as zlib from 'node:zlib';
import { GZIP_MAGIC, gunzipped } from './gunzip.js';
import { PieceQueue } from './piece-queue.js';
import { beginsFrame, zstdFrames } from './zstd-frames.js';

/** Bytes that tell gzip and zstd from text. */
export const MAGIC_BYTES = 4;

const PIECE_BYTES = 256 * 1024;

/** Node has these from 22.15 on. */
const zstd = zlib as {
  readonly createZstdDecompress?: (options: zlib.ZlibOptions) => Transform;
  readonly zstdCompressSync?: (text: string) => Buffer;
  readonly zstdDecompressSync?: (bytes: Buffer) => Buffer;
};

export function isCompressed(head: Uint8Array): boolean {
  return isGzip(head) || beginsFrame(head);
}

function isGzip(head: Uint8Array): boolean {
  return GZIP_MAGIC.every((byte, index) => head[index] === byte);
}

/**
 * The decompressed bytes. Bytes that are not compressed pass as they are: the first of them tell.
 *
 * @param onTrailing called at the end with the number of bytes behind the compressed data, if there are any. Zeros are
 * padding and do not count, as for gzip(1).
 */
export async function* decompressed(
  bytes: AsyncIterable<Buffer>,
  onTrailing: (count: number) => void = () => {},
): AsyncGenerator<Buffer, void> {
  const input = new PieceQueue(bytes);
  const head = await input.take(MAGIC_BYTES);
  input.putBack(head);
  if (isGzip(head)) yield* gunzipped(input);
  // An error of the source destroys the decoder, which then throws it.
  else if (beginsFrame(head)) {
    yield* pipeline(Readable.from(zstdFrames(input)), await zstdDecoder(), () => {}) as AsyncIterable<Buffer>;
  } else {
    for (let next = await input.next(); next !== null; next = await input.next()) yield next;
    return;
  }
  const count = await trailingBytes(input);
  if (count > 0) onTrailing(count);
}

/** How many bytes are left; 0 where all of them are zero. */
async function trailingBytes(input: PieceQueue): Promise<number> {
  let count = 0;
  let areZeros = true;
  for (let next = await input.next(); next !== null; next = await input.next()) {
    count += next.length;
    areZeros &&= next.every((byte) => byte === 0);
  }
  return areZeros ? 0 : count;
}

async function zstdDecoder(): Promise<Transform> {
  return decodesAllFrames() ? zstd.createZstdDecompress!({ chunkSize: PIECE_BYTES }) : ownZstdDecoder();
}

/** Undefined until the first file needs it. */
let areAllDecoded: boolean | undefined;

/** Node 22 and 24 silently drop what follows a frame in the same piece (nodejs/node#64741). */
function decodesAllFrames(): boolean {
  if (areAllDecoded === undefined) {
    const frame = zstd.zstdCompressSync?.('.');
    areAllDecoded = frame !== undefined && zstd.zstdDecompressSync!(Buffer.concat([frame, frame])).length === 2;
  }
  return areAllDecoded;
}

async function ownZstdDecoder(): Promise<Transform> {
  const { Decompress } = await import('fzstd');
  const decoder = new Decompress();
  const transform = new Transform({
    transform(piece, _, done) {
      settle(() => decoder.push(piece), done);
    },
    flush(done) {
      settle(() => decoder.push(new Uint8Array(0), true), done);
    },
  });
  decoder.ondata = (piece) => void transform.push(piece);
  return transform;
}

/** The decoder throws its errors; a stream wants them passed to a callback. */
function settle(work: () => void, done: (error?: Error) => void): void {
  let failure: Error | undefined;
  try {
    work();
  } catch (error) {
    failure = error as Error;
  }
  done(failure);
}

import { pipeline, Readable, Transform } from 'node:stream';
import * as zlib from 'node:zlib';

/** Bytes that tell gzip and zstd from text. */
export const MAGIC_BYTES = 4;

const GZIP = [0x1f, 0x8b];
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];
const PIECE_BYTES = 256 * 1024;

/** What Node has from 22.15 on. */
const zstd = zlib as {
  readonly createZstdDecompress?: (options: zlib.ZlibOptions) => Transform;
  readonly zstdCompressSync?: (text: string) => Buffer;
  readonly zstdDecompressSync?: (bytes: Buffer) => Buffer;
};

export function isCompressed(head: Uint8Array): boolean {
  return begins(head, GZIP) || begins(head, ZSTD);
}

/** The bytes as they were before they were compressed, if they were: the first of them tell. */
export async function* decompressed(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  const pieces = bytes[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < MAGIC_BYTES) {
    const next = await pieces.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  const whole = (async function* () {
    if (head.length > 0) yield head;
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next()) yield next.value;
  })();
  const decoder = await decoderOf(head);
  if (decoder === undefined) yield* whole;
  // An error of the source destroys the decoder, and comes out of it.
  else yield* pipeline(Readable.from(whole), decoder, () => {}) as AsyncIterable<Buffer>;
}

async function decoderOf(head: Uint8Array): Promise<Transform | undefined> {
  if (begins(head, GZIP)) return zlib.createGunzip({ chunkSize: PIECE_BYTES });
  if (!begins(head, ZSTD)) return undefined;
  return decodesAllFrames() ? zstd.createZstdDecompress!({ chunkSize: PIECE_BYTES }) : zstdDecoder();
}

/** Found out by the first file that asks. */
let areAllDecoded: boolean | undefined;

/** Node 22 and 24 drop without a word what follows a frame in the same piece (nodejs/node#64741). */
function decodesAllFrames(): boolean {
  if (areAllDecoded === undefined) {
    const frame = zstd.zstdCompressSync?.('.');
    areAllDecoded = frame !== undefined && zstd.zstdDecompressSync!(Buffer.concat([frame, frame])).length === 2;
  }
  return areAllDecoded;
}

async function zstdDecoder(): Promise<Transform> {
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

/** Errors of the decoder are thrown, those of a stream are passed on. */
function settle(work: () => void, done: (error?: Error) => void): void {
  let failure: Error | undefined;
  try {
    work();
  } catch (error) {
    failure = error as Error;
  }
  done(failure);
}

function begins(head: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => head[index] === byte);
}

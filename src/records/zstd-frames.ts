import type { PieceQueue } from './piece-queue.js';

export const ZSTD_MAGIC = [0x28, 0xb5, 0x2f, 0xfd] as const;

/** `5x 2a 4d 18`: a frame that decoders skip. */
const SKIPPABLE = [0x2a, 0x4d, 0x18] as const;

const RLE_BLOCK = 1;
const CHECKSUM_BYTES = 4;

/**
 * The frames as they are, whole, without those that decoders skip. What follows the last one is left in `input`: a
 * decoder would fail on it, and what it had decoded of the same piece would be lost. RFC 8878, section 3.1.
 */
export async function* zstdFrames(input: PieceQueue): AsyncGenerator<Buffer, void> {
  for (;;) {
    if (await input.beginsWith(ZSTD_MAGIC)) yield* frame(input);
    else if (!(await skipFrame(input))) return;
  }
}

async function* frame(input: PieceQueue): AsyncGenerator<Buffer, void> {
  const start = await input.take(5);
  yield start;
  const descriptor = start[4];
  if (descriptor === undefined) return;
  yield await input.take(headerBytes(descriptor));
  for (let isLast = false; !isLast; ) {
    const start = await input.take(3);
    // The frame is cut off, which the decoder reports.
    if (start.length < 3) return;
    const header = start.readUIntLE(0, 3);
    isLast = (header & 1) === 1;
    const size = ((header >> 1) & 3) === RLE_BLOCK ? 1 : header >> 3;
    yield Buffer.concat([start, await input.take(size)]);
  }
  if ((descriptor & 4) !== 0) yield await input.take(CHECKSUM_BYTES);
}

/** Length of what follows the descriptor: the size of the window, the dictionary, the size of the content. */
function headerBytes(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const contentSize = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  return (isSingleSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]! + contentSize;
}

/** Whether bytes begin with a frame, which may be one that decoders skip. */
export function beginsFrame(head: Uint8Array): boolean {
  const isSkippable = head[0]! >> 4 === 5 && SKIPPABLE.every((byte, index) => head[index + 1] === byte);
  return isSkippable || ZSTD_MAGIC.every((byte, index) => head[index] === byte);
}

async function skipFrame(input: PieceQueue): Promise<boolean> {
  const start = await input.take(8);
  if (start.length < 8 || !beginsFrame(start)) {
    input.putBack(start);
    return false;
  }
  for (let left = start.readUInt32LE(4); left > 0; ) {
    const piece = await input.next();
    if (piece === null) break;
    if (piece.length > left) input.putBack(piece.subarray(left));
    left -= Math.min(left, piece.length);
  }
  return true;
}

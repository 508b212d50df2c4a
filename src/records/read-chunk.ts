import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { systemReason } from '../model/setup-error.js';
import { counted } from '../text/format.js';
import type { ChunkFold, ChunkState } from './chunk-fold.js';
import type { Chunk, Part } from './chunks.js';
import { decompressed } from './decompress.js';
import { LineFeed, type LineSink } from './line-feed.js';
import { onOneLine } from './one-line.js';
import { STDIN } from './record-file.js';

const PIECE_BYTES = 256 * 1024;

export interface ChunkResult<State> {
  /** Lines of each part. */
  readonly lines: readonly number[];
  /** One line each on what could not be read. */
  readonly unreadable: readonly string[];
  readonly fold: ChunkState<State>;
}

/** Reads the parts of a chunk. @param onBytes told of every piece that has been read */
export async function readChunk<State>(
  chunk: Chunk,
  fold: ChunkFold<State>,
  onBytes: (count: number) => void,
): Promise<ChunkResult<State>> {
  const lines: number[] = [];
  const unreadable: string[] = [];
  for (const [index, part] of chunk.parts.entries()) {
    const feed = new LineFeed(sinkOf(fold, chunk.firstPart + index), {
      startsInside: part.stretch !== undefined && part.stretch.from > 0,
      // Fed from the byte before its first one: a line begins there where that byte is a newline.
      ...(part.stretch === undefined ? {} : { ownsBytes: part.stretch.end - Math.max(0, part.stretch.from - 1) }),
    });
    const onTrailing = (count: number) => {
      const position = { part: chunk.firstPart + index, line: feed.lines + 1 };
      fold.addMalformed(position, `${counted(count, 'byte')} ignored after the end of the compressed data`);
    };
    try {
      if (part.stretch === undefined) await readThrough(part, feed, { onBytes, onTrailing });
      else readStretch(part.path, part.stretch.from, feed, onBytes);
    } catch (error) {
      const whatIsIn = feed.lines === 0 ? '' : `; ${feed.lines} lines before that are in`;
      unreadable.push(
        `${part.path === STDIN ? 'stdin' : part.path}: cannot be read, ${systemReason(error)}${whatIsIn}`,
      );
    }
    feed.close();
    lines.push(feed.lines);
  }
  return { lines, unreadable, fold: fold.state() };
}

function sinkOf(fold: ChunkFold<unknown>, part: number): LineSink {
  return {
    take: (text, from, line) => fold.addLine(text, from, { part, line }),
    takeTooLong: (line) => fold.addMalformed({ part, line }, 'is longer than 256 MiB: not a record'),
  };
}

function readStretch(path: string, from: number, feed: LineFeed, onBytes: (count: number) => void): void {
  const fd = openSync(path, 'r');
  try {
    for (let position = Math.max(0, from - 1); ; ) {
      const { room } = feed;
      const count = readSync(fd, room, 0, room.length, position);
      position += count;
      onBytes(count);
      if (count === 0) break;
      if (!feed.advance(count)) return;
    }
    feed.finish();
  } finally {
    closeSync(fd);
  }
}

interface ReadEvents {
  readonly onBytes: (count: number) => void;
  /** Told behind the last line. */
  readonly onTrailing: (count: number) => void;
}

async function readThrough({ path }: Part, feed: LineFeed, { onBytes, onTrailing }: ReadEvents): Promise<void> {
  const stream = path === STDIN ? process.stdin : createReadStream(path, { highWaterMark: PIECE_BYTES });
  const pieces = (async function* () {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      onBytes(piece.length);
      yield piece;
    }
  })();
  let trailing = 0;
  const lines = decompressed(pieces, (count) => {
    trailing = count;
  });
  for await (const piece of onOneLine(lines)) {
    for (let from = 0; from < piece.length; ) {
      const { room } = feed;
      const count = piece.copy(room, 0, from);
      from += count;
      feed.advance(count);
    }
  }
  feed.finish();
  if (trailing > 0) onTrailing(trailing);
}

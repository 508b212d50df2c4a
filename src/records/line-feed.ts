import type { Bytes } from './bytes.js';
import { NEWLINE } from './json-scanner.js';

/** Bytes read at once, so few that they are still in the cache of the core when they are scanned. */
const PIECE_BYTES = 1024 * 1024;

/** Scanners read at most so many bytes past the newline of a line. */
const SLACK_BYTES = 16;

/** A line longer than this is not kept. A string of V8 has less than twice as many characters. */
export const LONGEST_LINE_BYTES = 256 * 1024 * 1024;

export interface LineSink {
  /** @param from where the line begins; it ends with a newline @param line its number, from 1 */
  take(text: Bytes, from: number, line: number): void;
  takeTooLong(line: number): void;
}

export interface Stretch {
  /** The stretch begins behind the first newline of what is fed. */
  readonly startsInside?: boolean;
  /** Lines that begin at this offset of what is fed, or later, belong to the next stretch. */
  readonly ownsBytes?: number;
}

/** Cuts bytes that come piece by piece into lines. Its memory is one piece, or the longest line. */
export class LineFeed {
  #bytes = takePiece();
  #text = textOf(this.#bytes);
  /** Bytes that were put in and not taken yet. */
  #used = 0;
  /** Offset of the first byte that is held, in all that is fed. */
  #offset = 0;
  /** Bytes of the unfinished line that are known to have no newline. */
  #searched = 0;
  #lines = 0;
  #isDropping: boolean;
  readonly #ownsBytes: number;

  constructor(
    readonly sink: LineSink,
    { startsInside = false, ownsBytes = Number.POSITIVE_INFINITY }: Stretch = {},
  ) {
    this.#isDropping = startsInside;
    this.#ownsBytes = ownsBytes;
  }

  /** Lines so far, including blank ones and those that are too long. */
  get lines(): number {
    return this.#lines;
  }

  /** Where the next bytes are to be put; never empty. */
  get room(): Buffer {
    if (this.#used + SLACK_BYTES === this.#bytes.length) this.#enlarge();
    // Never more than a piece, even where a long line has made more room: the line may end soon.
    return this.#bytes.subarray(this.#used, Math.min(this.#used + PIECE_BYTES, this.#bytes.length - SLACK_BYTES));
  }

  /** @param count of bytes that have been put into `room` @returns whether more are wanted */
  advance(count: number): boolean {
    this.#used += count;
    const held = this.#bytes.subarray(0, this.#used);
    let from = 0;
    for (;;) {
      if (this.#offset + from >= this.#ownsBytes) return false;
      const newline = held.indexOf(NEWLINE, from + this.#searched);
      if (newline === -1) break;
      this.#searched = 0;
      if (this.#isDropping) this.#isDropping = false;
      else this.sink.take(this.#text, from, ++this.#lines);
      from = newline + 1;
    }
    if (this.#isDropping) from = this.#used;
    this.#bytes.copyWithin(0, from, this.#used);
    this.#used -= from;
    this.#offset += from;
    this.#searched = this.#used;
    if (this.#used > LONGEST_LINE_BYTES) this.#dropLine();
    return true;
  }

  /** The input has ended: what is left is a line too. */
  finish(): void {
    if (this.#used === 0 || this.#isDropping || this.#offset >= this.#ownsBytes) return;
    this.#bytes[this.#used] = NEWLINE;
    this.sink.take(this.#text, 0, ++this.#lines);
    this.#used = 0;
  }

  /** No more is to come. Idempotent. */
  close(): void {
    if (this.#bytes.length === PIECE_BYTES + SLACK_BYTES) spare = this.#bytes;
    this.#bytes = Buffer.alloc(0);
  }

  #dropLine(): void {
    this.sink.takeTooLong(++this.#lines);
    this.#isDropping = true;
    this.#offset += this.#used;
    this.#used = 0;
    this.#searched = 0;
    this.#hold(takePiece());
  }

  #enlarge(): void {
    const doubled = (this.#bytes.length - SLACK_BYTES) * 2;
    const larger = Buffer.allocUnsafeSlow(Math.min(doubled, LONGEST_LINE_BYTES + PIECE_BYTES) + SLACK_BYTES);
    this.#bytes.copy(larger, 0, 0, this.#used);
    this.#hold(larger);
  }

  #hold(bytes: Buffer<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#text = textOf(bytes);
  }
}

// Kept from one part to the next: otherwise hundreds of pieces would pile up before garbage is collected.
let spare: Buffer<ArrayBuffer> | undefined;

function takePiece(): Buffer<ArrayBuffer> {
  const piece = spare ?? Buffer.allocUnsafeSlow(PIECE_BYTES + SLACK_BYTES);
  spare = undefined;
  return piece;
}

function textOf(bytes: Buffer): Bytes {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) };
}

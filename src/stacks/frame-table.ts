import { Math, Object } from '../host/intrinsics.js';
import {
  FRAME_FLAGS,
  FRAME_KINDS,
  type Frame,
  type FrameFlag,
  type FrameInput,
  type FrameKind,
  frameOf,
  OTHER,
} from './frame.js';
import { KeyTable } from './key-table.js';
import type { StringTable } from './string-table.js';

/** The words of a frame. The ids of its texts come first. */
const TEXTS = ['name', 'file', 'module', 'buildId'] as const;
const NUMBERS = ['line', 'column', 'startLine'] as const;
const FIRST_NUMBER = TEXTS.length;
const OFFSET_LOW = FIRST_NUMBER + NUMBERS.length;
const OFFSET_HIGH = OFFSET_LOW + 1;
/** The kind is in the low byte. Each flag has a bit above it. */
const MARKS = OFFSET_HIGH + 1;
const WIDTH = MARKS + 1;

const KIND_BITS = 8;
const WORD = 2 ** 32;

const kindIndex = Object.fromEntries(FRAME_KINDS.map((kind, index) => [kind, index])) as Readonly<
  Record<FrameKind, number>
>;

const flagBit = Object.fromEntries(FRAME_FLAGS.map((flag, index) => [flag, 1 << (KIND_BITS + index)])) as Readonly<
  Record<FrameFlag, number>
>;

/** The frame `(other)` in every table. */
export const OTHER_FRAME = 1;

/**
 * Distinct frames, numbered from 1.
 *
 * Used inside programs and by the command line.
 */
export class FrameTable {
  private readonly keys: KeyTable;

  /**
   * @param strings has the texts of the frames
   * @param limit number of frames that are told apart. Any further frame is `(other)`.
   */
  constructor(
    private readonly strings: StringTable,
    private readonly limit: number,
    seed = 0,
  ) {
    this.keys = new KeyTable(WIDTH, seed);
    this.put(OTHER);
    this.keys.intern();
  }

  get length(): number {
    return this.keys.length;
  }

  /** The id of a frame; `OTHER_FRAME` if the frame is new and the table is full. */
  intern(input: FrameInput): number {
    const frame = frameOf(input);
    const isFull = this.keys.length >= this.limit;
    // A full table takes no new text either, because the texts would grow without bound.
    if (isFull && TEXTS.some((member) => this.strings.find(frame[member]) === undefined)) return OTHER_FRAME;
    this.put(frame);
    return isFull ? this.keys.find() || OTHER_FRAME : this.keys.intern();
  }

  get(id: number): Frame {
    const { keys, strings } = this;
    const marks = keys.word(id, MARKS);
    const text = (column: number): string => strings.get(keys.word(id, column));
    return {
      kind: FRAME_KINDS[marks & ((1 << KIND_BITS) - 1)]!,
      guessed: (marks & flagBit.guessed) !== 0,
      inherited: (marks & flagBit.inherited) !== 0,
      inlined: (marks & flagBit.inlined) !== 0,
      name: text(0),
      file: text(1),
      module: text(2),
      buildId: text(3),
      line: keys.word(id, FIRST_NUMBER),
      column: keys.word(id, FIRST_NUMBER + 1),
      startLine: keys.word(id, FIRST_NUMBER + 2),
      offset: keys.word(id, OFFSET_HIGH) * WORD + keys.word(id, OFFSET_LOW),
    };
  }

  /** Sets `keys.key` to that of a frame. */
  private put(frame: Frame): void {
    const { key } = this.keys;
    TEXTS.forEach((member, index) => {
      key[index] = this.strings.intern(frame[member]);
    });
    NUMBERS.forEach((member, index) => {
      key[FIRST_NUMBER + index] = frame[member];
    });
    key[OFFSET_LOW] = frame.offset % WORD;
    key[OFFSET_HIGH] = Math.floor(frame.offset / WORD);
    key[MARKS] = FRAME_FLAGS.reduce(
      (marks, flag) => (frame[flag] ? marks | flagBit[flag] : marks),
      kindIndex[frame.kind],
    );
  }
}

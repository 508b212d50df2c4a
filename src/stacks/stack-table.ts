import { Uint16Array } from '../host/intrinsics.js';
import { OTHER_FRAME } from './frame-table.js';
import { KeyTable } from './key-table.js';

/** The stack without a frame. It is the prefix of an outermost frame, and the stack of samples that have none. */
export const NO_STACK = 0;

/** The most frames of one stack that are told apart. V8 samples at most 255. */
export const MAX_DEPTH = 1024;

const PREFIX = 0;
const FRAME = 1;

/**
 * Distinct stacks, numbered from 1. A stack is a frame and the stack of its callers, which is its prefix. Stacks that begin
 * alike share their prefixes. A prefix has a smaller number than any stack on it.
 *
 * When a limit is reached, the frames that do not fit become one frame `(other)`, on which no other frames are put.
 *
 * Used inside programs and by the command line.
 */
export class StackTable {
  private readonly keys: KeyTable;
  private depths = new Uint16Array(64);

  /** @param limit number of stacks that are told apart. Those that end in `(other)` are extra, at most one a prefix. */
  constructor(
    private readonly limit: number,
    seed = 0,
  ) {
    this.keys = new KeyTable(2, seed);
  }

  get length(): number {
    return this.keys.length;
  }

  /** The id of the stack with `frame` as the innermost and `prefix` as its callers. */
  intern(prefix: number, frame: number): number {
    const { key } = this.keys;
    key[PREFIX] = prefix;
    key[FRAME] = frame;
    const found = this.keys.find();
    if (found !== 0) return found;
    if (frame === OTHER_FRAME) return this.isOther(prefix) ? prefix : this.enter(prefix);
    if (this.keys.length >= this.limit || this.depth(prefix) >= MAX_DEPTH) return this.intern(prefix, OTHER_FRAME);
    return this.enter(prefix);
  }

  prefix(stack: number): number {
    return this.keys.word(stack, PREFIX);
  }

  /** The innermost frame. */
  frame(stack: number): number {
    return this.keys.word(stack, FRAME);
  }

  /** The number of frames. */
  depth(stack: number): number {
    return stack === NO_STACK ? 0 : this.depths[stack]!;
  }

  /** The frames of a stack, the outermost first. An exporter puts the `[label]` of the row's stage before them. */
  frames(stack: number): number[] {
    const frames: number[] = [];
    for (let next = stack; next !== NO_STACK; next = this.prefix(next)) frames.push(this.frame(next));
    return frames.reverse();
  }

  private isOther(stack: number): boolean {
    return stack !== NO_STACK && this.frame(stack) === OTHER_FRAME;
  }

  private enter(prefix: number): number {
    const depth = this.depth(prefix) + 1;
    const stack = this.keys.intern();
    if (stack >= this.depths.length) {
      const depths = new Uint16Array(this.depths.length * 2);
      depths.set(this.depths);
      this.depths = depths;
    }
    this.depths[stack] = depth;
    return stack;
  }
}

import { Uint16Array } from '../host/intrinsics.js';
import { OTHER_FRAME } from './frame-table.js';
import { KeyTable } from './key-table.js';

/** The stack without a frame: the prefix of outermost frames, and the stack of what has none. */
export const NO_STACK = 0;

/** Frames of one stack that are told apart. V8 samples at most 255. */
export const MAX_DEPTH = 1024;

const PREFIX = 0;
const FRAME = 1;

/**
 * Distinct stacks, numbered from 1. A stack is a frame and the stack of its callers, its prefix, so stacks that begin alike
 * share what they have in common. A prefix has a smaller number than any stack on it.
 *
 * Where a limit is reached, the frames that do not fit are one frame `(other)`, which has no frames on it of its own.
 *
 * Used inside programs and by the command line.
 */
export class StackTable {
  private readonly keys: KeyTable;
  private depths = new Uint16Array(64);

  /** @param limit stacks that are told apart; those that end in `(other)` come on top, at most one a stack */
  constructor(
    private readonly limit: number,
    seed = 0,
  ) {
    this.keys = new KeyTable(2, seed);
  }

  get length(): number {
    return this.keys.length;
  }

  /** The id of the stack that has `frame` innermost and `prefix` for its callers. */
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

  /** Number of frames. */
  depth(stack: number): number {
    return stack === NO_STACK ? 0 : this.depths[stack]!;
  }

  /** The frames of a stack, outermost first. An exporter puts the `[label]` of the row's stage before them. */
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

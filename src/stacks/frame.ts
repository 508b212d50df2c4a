import { Object } from '../host/intrinsics.js';

/**
 * What a frame is of.
 *
 * - `unknown`: a file that is not of this package does not say
 * - `js`: a function of JavaScript
 * - `native`: machine code of a module
 * - `builtin`: code that V8 made and that belongs to no function of the program
 * - `vm`: a state of V8, such as `(garbage collector)` and `(program)`
 * - `other`: the frame `(other)`, which stands for what is past a limit
 */
export const FRAME_KINDS = ['unknown', 'js', 'native', 'builtin', 'vm', 'other'] as const;

export type FrameKind = (typeof FRAME_KINDS)[number];

/**
 * What is marked on a frame.
 *
 * - `guessed`: the unwinder took it for a frame, and could not prove it
 * - `inherited`: it belongs to the stack that queued the work, not to the thread that was sampled
 * - `inlined`: its code is part of the frame that follows outwards, whose module and offset it has
 */
export const FRAME_FLAGS = ['guessed', 'inherited', 'inlined'] as const;

export type FrameFlag = (typeof FRAME_FLAGS)[number];

/** Empty texts and zeros are what is not known. Numbers are whole; lines and columns begin at 1 and are below 2^32. */
export interface Frame extends Readonly<Record<FrameFlag, boolean>> {
  readonly kind: FrameKind;
  /** Of the function, as a person would read it: demangled. Only where it is known, never that of the nearest symbol. */
  readonly name: string;
  /** Path or URL of the source. */
  readonly file: string;
  /** Where in the file the frame executes. Where only the beginning of the function is known, that is given. */
  readonly line: number;
  readonly column: number;
  /** Where the function begins. */
  readonly startLine: number;
  /** Path of the ELF file or other image that has the code. */
  readonly module: string;
  /** Hexadecimal build id of the module: with it the frame can be named later, on another machine. */
  readonly buildId: string;
  /** Address in the module as its ELF headers count, which is the address in memory less the load base. Up to 2^53 - 1. */
  readonly offset: number;
}

/** Members that are left out are not known. */
export type FrameInput = Pick<Frame, 'kind'> & Partial<Frame>;

const NOTHING_KNOWN: Frame = {
  kind: 'unknown',
  guessed: false,
  inherited: false,
  inlined: false,
  name: '',
  file: '',
  line: 0,
  column: 0,
  startLine: 0,
  module: '',
  buildId: '',
  offset: 0,
};

export function frameOf(input: FrameInput): Frame {
  return Object.assign({}, NOTHING_KNOWN, input);
}

/** Name of the frame, stage and thread that take what is past a limit. */
export const OTHER_NAME = '(other)';

export const OTHER: Frame = frameOf({ kind: 'other', name: OTHER_NAME });

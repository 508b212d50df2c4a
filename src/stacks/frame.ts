import { Object } from '../host/intrinsics.js';

/**
 * What kind of code a frame is in.
 *
 * - `unknown`: the frame comes from a file of another program, which does not say
 * - `js`: a function of JavaScript
 * - `native`: machine code of a module
 * - `builtin`: code that V8 made and that belongs to no function of the program
 * - `vm`: a state of V8, such as `(garbage collector)` and `(program)`, or the profiler's own code
 * - `other`: the frame `(other)`, which stands for all frames past a limit
 */
export const FRAME_KINDS = ['unknown', 'js', 'native', 'builtin', 'vm', 'other'] as const;

export type FrameKind = (typeof FRAME_KINDS)[number];

/**
 * What is marked on a frame.
 *
 * - `guessed`: the unwinder took it for a frame, but could not prove that it is one
 * - `inherited`: it belongs to the stack that queued the work, not to the thread that was sampled
 * - `inlined`: its code is part of the next frame outwards, and it has the module and offset of that frame
 */
export const FRAME_FLAGS = ['guessed', 'inherited', 'inlined'] as const;

export type FrameFlag = (typeof FRAME_FLAGS)[number];

/**
 * A member that is not known is an empty text or zero. Numbers are whole. Lines and columns begin at 1 and are below 2^32.
 */
export interface Frame extends Readonly<Record<FrameFlag, boolean>> {
  readonly kind: FrameKind;
  /** The demangled name of the function. It is empty if it is not known, and never that of the nearest symbol. */
  readonly name: string;
  /** The path or URL of the source. */
  readonly file: string;
  /** Where in the file the frame executes, or where the function begins if only that is known. */
  readonly line: number;
  readonly column: number;
  /** Where the function begins. */
  readonly startLine: number;
  /** The path of the ELF file or other image that has the code. */
  readonly module: string;
  /** The hexadecimal build id of the module. With it the frame can be named later, on another machine. */
  readonly buildId: string;
  /** The address in the module by its ELF headers, which is the address in memory less the load base. Up to 2^53 - 1. */
  readonly offset: number;
}

/** A frame as a caller gives it. Members that are left out are not known. */
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

/** The frame of the profiler's own code, and of what it calls itself. */
export const OWN_NAME = '(stageprof)';

/** The name of the frame, stage and thread to which values past a limit are added. */
export const OTHER_NAME = '(other)';

export const OTHER: Frame = frameOf({ kind: 'other', name: OTHER_NAME });

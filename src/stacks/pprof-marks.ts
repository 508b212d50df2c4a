import { FRAME_FLAGS, FRAME_KINDS, type Frame, type FrameFlag, type FrameKind } from './frame.js';

/**
 * The schema of a file and the marks of a frame, for which pprof has no fields. Tools of pprof keep both when they merge or
 * filter files.
 *
 * Used by the command line and by threads of the profiler, never by a thread of the program.
 */

/** Each file has this comment, followed by the version of the schema. A file without it is of another program. */
const COMMENT = 'stageprof stacks ';
const SCHEMA = 1;

export const SCHEMA_COMMENT = `${COMMENT}${SCHEMA}`;

/** The versions of the schema that the comments of a file name. Files that other tools merged can have more than one. */
export function schemasOf(comments: readonly string[]): number[] {
  return comments
    .filter((comment) => comment.startsWith(COMMENT))
    .map((comment) => Number(comment.slice(COMMENT.length)));
}

/** Stacks of native blocks have this comment too, followed by `StackProfile.nativeRate`. */
const RATE_COMMENT = 'stageprof bytes a native sample ';

export function rateComment(rate: number): string {
  return `${RATE_COMMENT}${rate}`;
}

/** The largest rate that the comments of a file name; 0 where they name none. */
export function rateOf(comments: readonly string[]): number {
  const rates = comments
    .filter((comment) => comment.startsWith(RATE_COMMENT))
    .map((comment) => Number(comment.slice(RATE_COMMENT.length)));
  return Math.max(0, ...rates.filter(Number.isSafeInteger));
}

export const isReadable = (schema: number): boolean => schema === SCHEMA;

/**
 * The kind and the flags of a frame, such as `native guessed`. They become the system name of its function. Viewers do not
 * show the system name of a function that has a name, and never show it as the name.
 */
export function marksOf(frame: Frame): string {
  return [frame.kind, ...FRAME_FLAGS.filter((flag) => frame[flag])].join(' ');
}

export type Marks = Pick<Frame, 'kind' | FrameFlag>;

/** The reverse of `marksOf`. Marks that this version does not know are left out. */
export function readMarks(text: string): Marks {
  const [kind, ...flags] = text.split(' ');
  return {
    kind: FRAME_KINDS.includes(kind as FrameKind) ? (kind as FrameKind) : 'unknown',
    guessed: flags.includes('guessed'),
    inherited: flags.includes('inherited'),
    inlined: flags.includes('inlined'),
  };
}

import { FRAME_FLAGS, FRAME_KINDS, type Frame, type FrameFlag, type FrameKind } from './frame.js';

/**
 * What the model has and pprof has no field for. Tools of pprof keep both when they merge or filter files.
 *
 * Used by the command line only.
 */

/** A comment in each file, followed by the version of the schema. Without it, a file is of another program. */
const COMMENT = 'stageprof stacks ';
const SCHEMA = 1;

export const SCHEMA_COMMENT = `${COMMENT}${SCHEMA}`;

/** The versions of the schema that the comments of a file name; more than one where files were merged by other tools. */
export function schemasOf(comments: readonly string[]): number[] {
  return comments
    .filter((comment) => comment.startsWith(COMMENT))
    .map((comment) => Number(comment.slice(COMMENT.length)));
}

export const isReadable = (schema: number): boolean => schema === SCHEMA;

/**
 * The kind and the flags of a frame, such as `native guessed`. They are the system name of its function, which viewers do
 * not show where there is a name, and show as a name nowhere.
 */
export function marksOf(frame: Frame): string {
  return [frame.kind, ...FRAME_FLAGS.filter((flag) => frame[flag])].join(' ');
}

export type Marks = Pick<Frame, 'kind' | FrameFlag>;

/** The reverse of `marksOf`. What is not known to this version is left out. */
export function readMarks(text: string): Marks {
  const [kind, ...flags] = text.split(' ');
  return {
    kind: FRAME_KINDS.includes(kind as FrameKind) ? (kind as FrameKind) : 'unknown',
    guessed: flags.includes('guessed'),
    inherited: flags.includes('inherited'),
    inlined: flags.includes('inlined'),
  };
}

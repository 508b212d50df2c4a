import { isUtf8 } from 'node:buffer';
import { withoutMark } from '../records/byte-order-mark.js';

const LINE_END = 0x0a;

/**
 * The first line of a list that is not UTF-8, from 1. Decoded nevertheless, it would be the path of another
 * file, or of none, and two such paths could become one.
 */
export function lineOutsideUtf8(list: Uint8Array): number | undefined {
  if (isUtf8(list)) return undefined;
  let start = 0;
  for (let line = 1; ; line++) {
    const end = list.indexOf(LINE_END, start);
    // The list as a whole is not UTF-8, hence nor is its last line if all before it are.
    if (end === -1 || !isUtf8(list.subarray(start, end))) return line;
    start = end + 1;
  }
}

/**
 * The inputs of a list, one path a line. Blank lines are skipped and the line ends of Windows are taken off;
 * blanks inside a line belong to the path, also at its ends.
 */
export function parseInputList(text: string): string[] {
  return withoutMark(text)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
}

export interface DistinctInputs {
  /** In order of first mention. */
  readonly inputs: readonly string[];
  /** Mentions beyond the first. */
  readonly repeated: number;
}

/**
 * Each input once. Inputs are compared as they are written: `a` and `./a` are two, because only the pipeline
 * knows whether an input is a path at all.
 */
export function distinctInputs(mentioned: readonly string[]): DistinctInputs {
  const inputs = [...new Set(mentioned)];
  return { inputs, repeated: mentioned.length - inputs.length };
}

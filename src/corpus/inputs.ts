import { isUtf8 } from 'node:buffer';
import { withoutMark } from '../records/byte-order-mark.js';

const LINE_END = 0x0a;

/**
 * Number of the first line of a list that is not UTF-8, from 1. If such a line were decoded, it would be another path,
 * and two of them could become the same.
 */
export function lineOutsideUtf8(list: Uint8Array): number | undefined {
  if (isUtf8(list)) return undefined;
  let start = 0;
  for (let line = 1; ; line++) {
    const end = list.indexOf(LINE_END, start);
    // The list is not UTF-8 as a whole: if all lines before the last are, the last is not.
    if (end === -1 || !isUtf8(list.subarray(start, end))) return line;
    start = end + 1;
  }
}

/**
 * The inputs of a list, one path a line. Blank lines and the line ends of Windows are left out. Blanks belong to the
 * path, also at the ends of a line.
 */
export function parseInputList(text: string): string[] {
  return withoutMark(text)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
}

export interface DistinctInputs {
  /** In order of first mention. */
  readonly inputs: readonly string[];
  /** How many mentions there were beyond the first of each. */
  readonly repeated: number;
}

/**
 * Each input once. Inputs are compared as they are written: `a` and `./a` are two, because only the pipeline knows
 * whether an input is a path at all.
 */
export function distinctInputs(mentioned: readonly string[]): DistinctInputs {
  const inputs = [...new Set(mentioned)];
  return { inputs, repeated: mentioned.length - inputs.length };
}

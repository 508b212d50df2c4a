/**
 * The inputs of a list, one path a line. Blank lines are skipped and the line ends of Windows are taken off;
 * blanks inside a line belong to the path, also at its ends.
 */
export function parseInputList(text: string): string[] {
  return text
    .replace(/^\uFEFF/, '')
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

import type { Chunk } from './chunks.js';
import { STDIN } from './record-file.js';

/** Where a line stands in what is read. */
export interface LinePosition {
  /** Number of its part, in the order of the parts of the whole run. */
  readonly part: number;
  /** From 1, counted from the beginning of its part. */
  readonly line: number;
}

/** Where a line stands, as a person finds it. */
export interface FilePosition {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** Turns positions in parts into positions in files. Chunks are added in their order. */
export class Positions {
  /** The file of each part, and the lines of that file before the part. */
  readonly #parts: { readonly file: string; readonly linesBefore: number }[] = [];
  #linesOfFile = 0;

  /** @param lines of each part of the chunk */
  add(chunk: Chunk, lines: readonly number[]): void {
    chunk.parts.forEach(({ path, stretch }, index) => {
      // Stretches of one file follow one another.
      if (stretch === undefined || stretch.from === 0) this.#linesOfFile = 0;
      this.#parts[chunk.firstPart + index] = { file: path, linesBefore: this.#linesOfFile };
      this.#linesOfFile += lines[index]!;
    });
  }

  inFile({ part, line }: LinePosition): FilePosition {
    const { file, linesBefore } = this.#parts[part]!;
    return { file: file === STDIN ? 'stdin' : file, line: linesBefore + line };
  }

  /** `file:line` */
  text(position: LinePosition): string {
    const { file, line } = this.inFile(position);
    return `${file}:${line}`;
  }
}

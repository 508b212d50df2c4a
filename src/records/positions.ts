import type { Task } from './chunks.js';
import { STDIN } from './files.js';
import type { MalformedLine } from './malformed.js';
import type { Place } from './worst.js';

/** Where a record or line stands, as a person finds it. */
export interface FilePlace {
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** Turns places in parts into those in files; filled task by task, in their order. */
export class Places {
  /** Of each part its file, and the lines of that file before it. */
  readonly #parts: { readonly file: string; readonly linesBefore: number }[] = [];
  #linesOfFile = 0;

  /** @param lines of each part of the task */
  add(task: Task, lines: readonly number[]): void {
    task.parts.forEach(({ path, stretch }, index) => {
      // Stretches of one file follow one another.
      if (stretch === undefined || stretch.from === 0) this.#linesOfFile = 0;
      this.#parts[task.firstPart + index] = { file: path, linesBefore: this.#linesOfFile };
      this.#linesOfFile += lines[index]!;
    });
  }

  placed({ part, line }: Place): FilePlace {
    const { file, linesBefore } = this.#parts[part]!;
    return { file: file === STDIN ? 'stdin' : file, line: linesBefore + line };
  }

  /** `file:line: reason` */
  named(malformed: MalformedLine): string {
    const { file, line } = this.placed(malformed);
    return `${file}:${line}: ${malformed.reason}`;
  }
}

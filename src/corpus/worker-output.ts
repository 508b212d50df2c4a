import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/**
 * How much of the end of the output is kept, in UTF-16 units. V8's message before an abort is followed by a native
 * stack of some dozens of lines, each with the path of the program.
 */
const TAIL_LENGTH = 16 * 1024;
/** A longer line is handed on in pieces. */
const LONGEST_LINE = 64 * 1024;

/** What a worker process writes to one of its streams: it is handed on line by line, and its end is kept. */
export class WorkerOutput {
  #tail = '';
  #isCut = false;
  #rest = '';
  readonly #decoder = new StringDecoder('utf8');

  /**
   * @param stream null for a process that could not be started because no descriptor was left
   * @param line is given whole lines, without their end
   */
  constructor(
    stream: Readable | null | undefined,
    readonly line: (text: string) => void,
  ) {
    stream?.on('data', (bytes: Buffer) => this.#take(this.#decoder.write(bytes)));
    stream?.on('end', () => {
      this.#take(this.#decoder.end());
      this.#finish();
    });
    // A pipe that breaks loses what was in it.
    stream?.on('error', () => {});
  }

  /** The end of the output since `clearTail`. */
  get tail(): string {
    return this.#isCut ? `…${this.#tail}`.trim() : this.#tail.trim();
  }

  clearTail(): void {
    this.#tail = '';
    this.#isCut = false;
  }

  #take(text: string): void {
    this.#tail += text;
    if (this.#tail.length > TAIL_LENGTH) {
      this.#tail = this.#tail.slice(-TAIL_LENGTH);
      this.#isCut = true;
    }
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) this.line(line);
    if (this.#rest.length > LONGEST_LINE) this.#finish();
  }

  #finish(): void {
    if (this.#rest !== '') this.line(this.#rest);
    this.#rest = '';
  }
}

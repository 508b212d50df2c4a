import type { LinePosition, Positions } from './positions.js';
import type { RecordReader } from './record-reader.js';

/**
 * What a reader of records adds to `readRecords`, which finds the lines, tells what each of them is, counts records,
 * failures, repeated inputs and malformed lines, and gathers from the threads: see `ReadOutcome`. A reader is one file,
 * with a fold and how it is opened:
 *
 *     class LongestInput implements RecordFold<number, number> {
 *       #longest = 0;
 *       add(record) { this.#longest = Math.max(this.#longest, record.inputName()?.length ?? 0); }
 *       state() { return this.#longest; }
 *       absorb(state) { this.#longest = Math.max(this.#longest, state); }
 *       result() { return this.#longest; }
 *     }
 *     export const folds: RecordFolds<undefined, number, number> = {
 *       module: import.meta.url,
 *       open: () => new LongestInput(),
 *     };
 *
 * `readRecords(files, { folds, options, jobs })` then has the result. Each thread opens a fold for each chunk that it
 * reads. One more, in the main thread, absorbs what these have come to, in the order of the files.
 */
export interface RecordFold<State, Result> {
  /** @param record tells of the record read last, until the next one is read; failed ones are among them */
  add(record: RecordReader, position: LinePosition): void;
  /** What has been added, to be cloned into another thread. No record is added after it. */
  state(): State;
  /** Adds what a fold of later records has come to. */
  absorb(state: State): void;
  /** Called once, when all is absorbed. @param positions of the lines that the states name */
  result(positions: Positions): Result;
}

/** How each thread opens the folds of a reader. */
export interface RecordFolds<Options, State, Result> {
  /** Each thread imports this module and takes its export `folds`: `import.meta.url` of the file that has it. */
  readonly module: string;
  /** A member of the records that the folds read as `groupValue`. */
  readonly groupMember?: (options: Options) => string | undefined;
  open(options: Options): RecordFold<State, Result>;
}

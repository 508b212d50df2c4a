import type { RecordCounts } from './chunk-fold.js';
import type { Chunk } from './chunks.js';
import { type FailureCounts, Failures } from './failures.js';
import { MalformedLines } from './malformed.js';
import { Positions } from './positions.js';
import type { ChunkResult } from './read-chunk.js';
import type { RecordFold } from './record-fold.js';
import { RepeatedInputs } from './repeated-inputs.js';

/** What is known of all that was read, whatever the reader does with the records. */
export interface ReadOutcome extends RecordCounts {
  /** The most frequent kind first. */
  readonly failures: FailureCounts;
  /** Inputs with more than one good record; null where there were too many inputs to look. */
  readonly repeatedInputs: number | null;
  readonly malformed: number;
  /** The first malformed lines, each `file:line: reason`. */
  readonly named: readonly string[];
  /** One line each on what could not be read. */
  readonly unreadable: readonly string[];
}

/** Gathers what chunks come to, in their order. */
export class GatheredChunks<State, Result> {
  readonly #counts = { records: 0, failed: 0, unprofiled: 0, failedUnprofiled: 0 };
  readonly #failures = new Failures();
  readonly #inputs = new RepeatedInputs();
  readonly #malformed = new MalformedLines();
  readonly #unreadable: string[] = [];
  readonly #positions = new Positions();
  readonly #own: RecordFold<State, Result>;

  constructor(own: RecordFold<State, Result>) {
    this.#own = own;
  }

  add(chunk: Chunk, { lines, unreadable, fold }: ChunkResult<State>): void {
    this.#positions.add(chunk, lines);
    for (const name of ['records', 'failed', 'unprofiled', 'failedUnprofiled'] as const)
      this.#counts[name] += fold.counts[name];
    this.#failures.absorb(fold.failures);
    this.#inputs.absorb(fold.inputs);
    this.#malformed.absorb(fold.malformed, fold.named);
    this.#unreadable.push(...unreadable);
    this.#own.absorb(fold.own);
  }

  outcome(): ReadOutcome {
    return {
      ...this.#counts,
      failures: this.#failures.result(),
      repeatedInputs: this.#inputs.count,
      malformed: this.#malformed.count,
      named: this.#malformed.named.map((line) => `${this.#positions.text(line)}: ${line.reason}`),
      unreadable: this.#unreadable,
    };
  }

  result(): Result {
    return this.#own.result(this.#positions);
  }
}

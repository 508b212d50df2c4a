import type { Bytes } from './bytes.js';
import { type FailureCounts, Failures } from './failures.js';
import { type MalformedLine, MalformedLines } from './malformed.js';
import type { LinePosition } from './positions.js';
import type { RecordFold, RecordFolds } from './record-fold.js';
import { BLANK, RECORD, RecordReader } from './record-reader.js';
import { InputHashes } from './repeated-inputs.js';

/** Counts that every reader of records has. */
export interface RecordCounts {
  readonly records: number;
  readonly failed: number;
  readonly unprofiled: number;
  /** Those without a profile that failed. */
  readonly failedUnprofiled: number;
}

/** What the lines of a chunk come to. */
export interface ChunkState<State> {
  readonly counts: RecordCounts;
  readonly failures: FailureCounts;
  readonly malformed: number;
  readonly named: readonly MalformedLine[];
  /** The hashes of the inputs of good records. */
  readonly inputs: Uint32Array;
  readonly own: State;
}

/** Tells what each line of a chunk is, counts it, and gives the records to the fold of a reader. */
export class ChunkFold<State> {
  readonly #counts = { records: 0, failed: 0, unprofiled: 0, failedUnprofiled: 0 };
  readonly #failures = new Failures();
  readonly #malformed = new MalformedLines();
  readonly #inputs = new InputHashes();
  readonly #reader: RecordReader;
  readonly #own: Pick<RecordFold<State, unknown>, 'add' | 'state'>;

  constructor(reader: RecordReader, own: Pick<RecordFold<State, unknown>, 'add' | 'state'>) {
    this.#reader = reader;
    this.#own = own;
  }

  /** @param from start of a line that ends with a newline, with slack behind it */
  addLine(text: Bytes, from: number, position: LinePosition): void {
    const reader = this.#reader;
    const kind = reader.read(text, from);
    if (kind === BLANK) return;
    if (kind !== RECORD) {
      this.addMalformed(position, kind);
      return;
    }
    const counts = this.#counts;
    counts.records++;
    if (reader.isFailed) {
      counts.failed++;
      this.#failures.add(reader.errorValue());
    } else if (reader.namesInput) this.#inputs.push(reader.inputHash());
    if (!reader.isProfiled) {
      counts.unprofiled++;
      if (reader.isFailed) counts.failedUnprofiled++;
    }
    this.#own.add(reader, position);
  }

  addMalformed(position: LinePosition, reason: string): void {
    this.#malformed.add(position, reason);
  }

  /** No line is added after it. */
  state(): ChunkState<State> {
    return {
      counts: this.#counts,
      failures: this.#failures.state(),
      malformed: this.#malformed.count,
      named: this.#malformed.named,
      inputs: this.#inputs.state(),
      own: this.#own.state(),
    };
  }
}

/** Opens the folds of one thread: what its reader has learned of the lines is kept from chunk to chunk. */
export function chunkFolds<Options, State>(
  folds: RecordFolds<Options, State, unknown>,
  options: Options,
): () => ChunkFold<State> {
  const reader = new RecordReader(folds.groupMember?.(options));
  return () => new ChunkFold(reader, folds.open(options));
}

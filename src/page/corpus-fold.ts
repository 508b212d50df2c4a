import type { LinePosition, Positions } from '../records/positions.js';
import type { RecordFold, RecordFolds } from '../records/record-fold.js';
import type { RecordReader } from '../records/record-reader.js';
import type { RecordSums } from '../summary/summary.js';
import { type GroupPath, type SummaryState, folds as summaryFolds } from '../summary/summary-fold.js';
import { InputTable, type InputTableState } from './input-table.js';
import { inputsPart } from './inputs-part.js';
import type { InputsPart } from './page-data.js';

/** What a page of records needs: their sums, and the inputs one by one. */
export interface CorpusSums {
  readonly sums: RecordSums;
  readonly inputs: InputsPart | null;
}

interface CorpusState {
  readonly summary: SummaryState;
  readonly inputs: InputTableState<LinePosition>;
}

/** The fold of `summarize`, and beside it the table of inputs: one reading for both. */
export const folds: RecordFolds<GroupPath | undefined, CorpusState, CorpusSums> = {
  module: import.meta.url,
  ...(summaryFolds.groupMember === undefined ? {} : { groupMember: summaryFolds.groupMember }),
  open: (groupBy) => new CorpusFold(groupBy),
};

class CorpusFold implements RecordFold<CorpusState, CorpusSums> {
  readonly #summary: RecordFold<SummaryState, RecordSums>;
  readonly #inputs = new InputTable<LinePosition>();

  constructor(groupBy: GroupPath | undefined) {
    this.#summary = summaryFolds.open(groupBy);
  }

  add(record: RecordReader, position: LinePosition): void {
    this.#summary.add(record, position);
    if (!record.namesInput) return;
    const [high, low] = record.inputHash() as unknown as [number, number];
    this.#inputs.add(
      {
        name: record.inputName() ?? '(too long to be shown)',
        hash: high * 2 ** 21 + (low >>> 11),
        position: { part: position.part, line: position.line },
        error: record.isFailed ? errorKind(record.errorValue()) : null,
      },
      record.isProfiled ? record.columns : undefined,
    );
  }

  state(): CorpusState {
    return { summary: this.#summary.state(), inputs: this.#inputs.state() };
  }

  absorb({ summary, inputs }: CorpusState): void {
    this.#summary.absorb(summary);
    this.#inputs.absorb(inputs);
  }

  result(positions: Positions): CorpusSums {
    const { inputs, ...rest } = this.#inputs.result();
    const placed = inputs.map((input) => ({ ...input, position: positions.inFile(input.position) }));
    return { sums: this.#summary.result(positions), inputs: inputsPart({ ...rest, inputs: placed }) };
  }
}

export function errorKind(error: unknown): string {
  const kind = typeof error === 'object' && error !== null ? (error as { kind?: unknown }).kind : undefined;
  return typeof kind === 'string' ? kind : 'failed';
}

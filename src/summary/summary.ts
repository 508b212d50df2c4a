import type { Report, StageRow } from '../model/report.js';
import type { Chunk } from '../records/chunks.js';
import { type FailureCounts, Failures } from '../records/failures.js';
import { MalformedLines } from '../records/malformed.js';
import { type FilePosition, Positions } from '../records/positions.js';
import { RepeatedInputs } from '../records/repeated-inputs.js';
import type { ChunkResult } from '../records/run-chunk.js';
import { WORST_BY, type WorstBy, WorstInputs } from '../records/worst.js';
import { ReportMerger } from '../report/merge.js';
import { RowMerger } from '../report/merge-rows.js';
import { type FoldState, MOST_LABELS } from './record-fold.js';

/** A record and where it stands. */
export interface WorstRecord extends FilePosition {
  readonly value: number;
  readonly input: string | null;
}

/** Of one label, by what it is worst; null where no record has such a number. */
export type WorstRecords = Readonly<Record<WorstBy, WorstRecord | null>>;

/** All that is known once every chunk is done. */
export interface SummaryResult {
  readonly records: number;
  readonly failed: number;
  /** The most frequent kind first. */
  readonly failures: FailureCounts;
  /** Inputs with more than one good record; null where there were too many inputs to look. */
  readonly repeatedInputs: number | null;
  readonly unprofiled: number;
  readonly malformed: number;
  /** The first of them, each `file:line: reason`. */
  readonly named: readonly string[];
  readonly unreadable: readonly string[];
  readonly report: Report;
  /** One row a group; undefined where the records are summarised by stage. */
  readonly groups: readonly StageRow[] | undefined;
  readonly worstOf: (label: string) => WorstRecords;
}

/** Adds up what chunks come to, in their order. */
export class Summary {
  readonly #merger = new ReportMerger({ maxLabels: MOST_LABELS });
  readonly #groups: RowMerger | undefined;
  readonly #worst = new WorstInputs(MOST_LABELS);
  readonly #counts = { records: 0, failed: 0, unprofiled: 0 };
  readonly #failures = new Failures();
  readonly #inputs = new RepeatedInputs();
  readonly #malformed = new MalformedLines();
  readonly #unreadable: string[] = [];
  readonly #positions = new Positions();

  constructor({ isGrouped }: { readonly isGrouped: boolean }) {
    if (isGrouped) this.#groups = new RowMerger(MOST_LABELS);
  }

  add(chunk: Chunk, { lines, unreadable, fold }: ChunkResult<FoldState>): void {
    this.#positions.add(chunk, lines);
    for (const count of ['records', 'failed', 'unprofiled'] as const) this.#counts[count] += fold[count];
    this.#failures.absorb(fold.failures);
    this.#inputs.absorb(fold.inputs);
    this.#malformed.absorb(fold.malformed, fold.named);
    this.#unreadable.push(...unreadable);
    this.#merger.absorb(fold.merger);
    if (fold.groups !== undefined) this.#groups?.absorb(fold.groups);
    this.#worst.absorb(fold.worst);
  }

  result(): SummaryResult {
    return {
      ...this.#counts,
      failures: this.#failures.result(),
      repeatedInputs: this.#inputs.count,
      malformed: this.#malformed.count,
      named: this.#malformed.named.map((malformed) => `${this.#positions.text(malformed)}: ${malformed.reason}`),
      unreadable: this.#unreadable,
      report: this.#merger.result(),
      groups: this.#groups?.result(),
      worstOf: (label) => {
        const worst = this.#worst
          .of(label)
          .map((one) => one && { value: one.value, input: one.input, ...this.#positions.inFile(one) });
        return Object.fromEntries(WORST_BY.map((by, index) => [by, worst[index] ?? null])) as unknown as WorstRecords;
      },
    };
  }
}

import { ReportMerger } from '../report/merge.js';
import { RowMerger } from '../report/merge-rows.js';
import type { Report, StageRow } from '../report/report.js';
import { type FailureCounts, Failures } from './failures.js';
import { STDIN } from './files.js';
import { type MalformedLine, MOST_LABELS, MOST_NAMED } from './record-fold.js';
import { RepeatedInputs } from './repeated-inputs.js';
import type { TaskResult } from './run-task.js';
import type { Task } from './tasks.js';
import { type Place, WORST_BY, type WorstBy, WorstInputs } from './worst.js';

/** A record and where it stands. */
export interface WorstRecord {
  readonly value: number;
  readonly input: string | null;
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** Of one label, by what it is worst; null where no record has such a number. */
export type WorstRecords = Readonly<Record<WorstBy, WorstRecord | null>>;

/** All that is known once every task is done. */
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

/** Adds up what tasks come to, in their order. */
export class Summary {
  readonly #merger = new ReportMerger({ maxLabels: MOST_LABELS });
  readonly #groups: RowMerger | undefined;
  readonly #worst = new WorstInputs(MOST_LABELS);
  readonly #counts = { records: 0, failed: 0, unprofiled: 0, malformed: 0 };
  readonly #failures = new Failures();
  readonly #inputs = new RepeatedInputs();
  readonly #named: MalformedLine[] = [];
  readonly #unreadable: string[] = [];
  /** Of each part its file, and the lines of that file before it. */
  readonly #parts: { readonly file: string; readonly linesBefore: number }[] = [];
  #linesOfFile = 0;

  constructor({ isGrouped }: { readonly isGrouped: boolean }) {
    if (isGrouped) this.#groups = new RowMerger(MOST_LABELS);
  }

  add(task: Task, { lines, unreadable, fold }: TaskResult): void {
    task.parts.forEach(({ path, stretch }, index) => {
      // Stretches of one file follow one another.
      if (stretch === undefined || stretch.from === 0) this.#linesOfFile = 0;
      this.#parts[task.firstPart + index] = { file: path, linesBefore: this.#linesOfFile };
      this.#linesOfFile += lines[index]!;
    });
    for (const count of ['records', 'failed', 'unprofiled', 'malformed'] as const) this.#counts[count] += fold[count];
    this.#failures.absorb(fold.failures);
    this.#inputs.absorb(fold.inputs);
    this.#named.push(...fold.named.slice(0, MOST_NAMED - this.#named.length));
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
      named: this.#named.map((malformed) => {
        const { file, line } = this.#placed(malformed);
        return `${file}:${line}: ${malformed.reason}`;
      }),
      unreadable: this.#unreadable,
      report: this.#merger.result(),
      groups: this.#groups?.result(),
      worstOf: (label) => {
        const worst = this.#worst
          .of(label)
          .map((one) => one && { value: one.value, input: one.input, ...this.#placed(one) });
        return Object.fromEntries(WORST_BY.map((by, index) => [by, worst[index] ?? null])) as unknown as WorstRecords;
      },
    };
  }

  #placed({ part, line }: Place): { file: string; line: number } {
    const { file, linesBefore } = this.#parts[part]!;
    return { file: file === STDIN ? 'stdin' : file, line: linesBefore + line };
  }
}

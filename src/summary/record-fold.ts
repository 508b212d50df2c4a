import type { Report } from '../model/report.js';
import type { Bytes } from '../records/bytes.js';
import { type FailureCounts, Failures } from '../records/failures.js';
import type { FoldSource, LineFold, OpenFold } from '../records/line-fold.js';
import { type MalformedLine, MalformedLines } from '../records/malformed.js';
import type { LinePosition } from '../records/positions.js';
import { BLANK, RECORD, RecordReader } from '../records/record-reader.js';
import { InputHashes } from '../records/repeated-inputs.js';
import type { ReportShape } from '../records/report-shape.js';
import { WorstInputs, type WorstState } from '../records/worst.js';
import { type MergerState, ReportMerger } from '../report/merge.js';
import { ROW_NUMBERS, type RowsState } from '../report/merge-rows.js';
import { Groups, groupName, memberAt } from './groups.js';

/** Rows past so many labels or groups are added up in `(other)`: memory has to have a bound. */
export const MOST_LABELS = 131_072;

/** What the records of some parts come to. */
export interface FoldState {
  readonly records: number;
  readonly failed: number;
  readonly failures: FailureCounts;
  readonly unprofiled: number;
  readonly malformed: number;
  readonly named: readonly MalformedLine[];
  /** Of the inputs of good records. */
  readonly inputs: Uint32Array;
  readonly merger: MergerState;
  readonly groups: RowsState | undefined;
  readonly worst: WorstState;
}

/** What the records are grouped by, in place of their stages: a dotted path. */
export type GroupPath = readonly [member: string, ...path: string[]];

/** Where each thread of a summary gets its folds from. */
export function recordFolds(groupBy: GroupPath | undefined): FoldSource<FoldState> {
  return { module: import.meta.url, options: groupBy };
}

export function openFolds(groupBy: GroupPath | undefined): OpenFold<FoldState> {
  const reader = new RecordReader(groupBy?.[0]);
  return () => new RecordFold(reader, groupBy);
}

/** Adds up records line by line. */
export class RecordFold implements LineFold<FoldState> {
  #records = 0;
  #failed = 0;
  #unprofiled = 0;
  readonly #malformed = new MalformedLines();
  readonly #failures = new Failures();
  readonly #inputs = new InputHashes();
  readonly #merger = new ReportMerger({ maxLabels: MOST_LABELS });
  readonly #groups: Groups | undefined;
  readonly #worst = new WorstInputs(MOST_LABELS);
  readonly #shapes = new Set<ReportShape>();
  readonly #reader: RecordReader;
  readonly #groupPath: readonly string[];

  /** @param reader made for the first member of the path, where there is one */
  constructor(reader: RecordReader, groupBy?: GroupPath) {
    this.#reader = reader;
    this.#groupPath = groupBy?.slice(1) ?? [];
    this.#groups = groupBy === undefined ? undefined : new Groups(MOST_LABELS);
  }

  addLine(input: Bytes, from: number, position: LinePosition): void {
    const reader = this.#reader;
    const kind = reader.read(input, from);
    if (kind === BLANK) return;
    if (kind !== RECORD) {
      this.addMalformed(position, kind);
      return;
    }
    this.#records++;
    if (reader.isFailed) {
      this.#failed++;
      this.#failures.add(reader.errorValue(input));
    } else if (reader.namesInput(input)) {
      const { into, at } = this.#inputs.room();
      reader.hashInput(input, into, at);
    }
    if (reader.isProfiled) this.#addProfile(reader.report);
    else this.#unprofiled++;
    const inputName = () => reader.inputName(input);
    if (this.#groups !== undefined) this.#addGroup(this.#groups, input, position, inputName);
    else if (reader.isProfiled) this.#addWorst(position, inputName);
  }

  addMalformed(position: LinePosition, reason: string): void {
    this.#malformed.add(position, reason);
  }

  state(): FoldState {
    return {
      records: this.#records,
      failed: this.#failed,
      failures: this.#failures.state(),
      unprofiled: this.#unprofiled,
      malformed: this.#malformed.count,
      named: this.#malformed.named,
      inputs: this.#inputs.state(),
      merger: this.#merger.state(),
      groups: this.#groups?.rows.state(),
      worst: this.#worst.state(),
    };
  }

  /** @param report undefined where only the columns hold it */
  #addProfile(report: Report | undefined): void {
    const { columns, report: scanner } = this.#reader.scanner;
    const { header, rows } = this.#merger;
    for (let index = 0; index < columns.header.length; index++) {
      const value = columns.header[index]!;
      if (value === value) header.addNumber(index, value);
    }
    if (report !== undefined) {
      header.addOthers(report);
      header.noteLacking(report);
    } else {
      const shape = scanner.shape!;
      if (!this.#shapes.has(shape)) header.noteLacking(shape.others);
      scanner.addOthers(header, !this.#shapes.has(shape));
      this.#shapes.add(shape);
    }
    let pair = 0;
    if (columns.hasProgram) {
      const program = header.programRow();
      program.addNumbers(columns.program, 0);
      program.addModules(columns.programModules);
      for (; pair < columns.programPairsEnd; pair += 2)
        program.addCalls(columns.pairs[pair]!, columns.pairs[pair + 1]!);
    }
    for (let index = 0; index < columns.rows; index++) {
      const row = rows.rowOf(columns.labels[index]!);
      row.addNumbers(columns.numbers, index * ROW_NUMBERS);
      row.addModules(columns.modules[index]);
      for (const end = columns.pairsEnd[index]!; pair < end; pair += 2) {
        row.addCalls(columns.pairs[pair]!, columns.pairs[pair + 1]!);
      }
    }
  }

  #addWorst(position: LinePosition, inputName: () => string | null): void {
    const { columns } = this.#reader.scanner;
    for (let index = 0; index < columns.rows; index++) {
      this.#worst.add(columns.labels[index]!, columns.numbers, index * ROW_NUMBERS, position, inputName);
    }
  }

  #addGroup(groups: Groups, input: Bytes, position: LinePosition, inputName: () => string | null): void {
    const { isFailed, isProfiled, scanner } = this.#reader;
    const name = groupName(memberAt(this.#reader.groupValue(input), this.#groupPath));
    groups.add(name, isFailed, isProfiled ? scanner.columns : undefined);
    this.#worst.add(name, groups.numbers, 0, position, inputName);
  }
}

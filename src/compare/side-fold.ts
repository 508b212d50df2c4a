import type { NumberField } from '../model/number-metrics.js';
import { PROGRAM } from '../model/report.js';
import type { Bytes } from '../records/bytes.js';
import type { FoldSource, LineFold, OpenFold } from '../records/line-fold.js';
import { type MalformedLine, MalformedLines } from '../records/malformed.js';
import type { LinePosition } from '../records/positions.js';
import { BLANK, RECORD, RecordReader } from '../records/record-reader.js';
import { ROW_NUMBERS } from '../report/merge-rows.js';
import { OTHER } from '../store/labels.js';
import { GrowingFloats } from './growing-floats.js';
import { hashOf, textHash } from './hash.js';
import { type InputWeights, weightOf } from './inputs.js';
import { GROUPS, type LabelState, LabelSums, type Selection, selectionOf } from './label-sums.js';

/** Rows of labels past so many are added up in `(other)`: each has some thousand sums. */
const MOST_LABELS = 4096;

export interface SideOptions {
  readonly fields: readonly NumberField[];
  /** Records are left out where they name no input. */
  readonly isMatched: boolean;
  /** What records count for by their input; without it each counts for one. */
  readonly weights: InputWeights | undefined;
}

/** What the records of some parts come to. */
export interface SideState {
  readonly records: number;
  readonly failed: number;
  readonly unprofiled: number;
  readonly nameless: number;
  readonly malformed: number;
  readonly named: readonly MalformedLine[];
  /** What the records that are compared count for, by group. */
  readonly weights: Float64Array;
  /** Of each record that can be compared its input. */
  readonly inputs: Float64Array;
  /** Of each record that is compared its process. */
  readonly processes: Float64Array;
  readonly labels: readonly (readonly [label: string, sums: LabelState])[];
}

/** Where each thread gets its folds from. */
export function sideFolds(options: SideOptions): FoldSource<SideState> {
  return { module: import.meta.url, options };
}

export function openFolds(options: SideOptions): OpenFold<SideState> {
  const reader = new RecordReader();
  const selection = selectionOf(options.fields);
  return () => new SideFold(reader, selection, options);
}

/** Adds up the good records of a side, by label, metric and group of inputs. */
class SideFold implements LineFold<SideState> {
  readonly #counts = { records: 0, failed: 0, unprofiled: 0, nameless: 0 };
  readonly #malformed = new MalformedLines();
  readonly #weights = new Float64Array(GROUPS);
  readonly #inputs = new GrowingFloats();
  readonly #processes = new GrowingFloats();
  readonly #labels = new Map<string, LabelSums>();

  constructor(
    readonly reader: RecordReader,
    readonly selection: Selection,
    readonly options: SideOptions,
  ) {}

  addLine(input: Bytes, from: number, position: LinePosition): void {
    const { reader } = this;
    const kind = reader.read(input, from);
    if (kind === BLANK) return;
    if (kind !== RECORD) {
      this.addMalformed(position, kind);
      return;
    }
    this.#counts.records++;
    if (reader.isFailed) this.#counts.failed++;
    else if (!reader.isProfiled) this.#counts.unprofiled++;
    else this.#addRecord(input, position);
  }

  addMalformed(position: LinePosition, reason: string): void {
    this.#malformed.add(position, reason);
  }

  state(): SideState {
    return {
      ...this.#counts,
      malformed: this.#malformed.count,
      named: this.#malformed.named,
      weights: this.#weights,
      inputs: this.#inputs.values(),
      processes: this.#processes.values(),
      labels: Array.from(this.#labels, ([label, sums]) => [label, sums.state()]),
    };
  }

  #addRecord(input: Bytes, { part, line }: LinePosition): void {
    const { isMatched, weights } = this.options;
    const isNamed = this.reader.namesInput(input);
    if (isMatched && !isNamed) {
      this.#counts.nameless++;
      return;
    }
    const hash = isNamed ? hashOf((into, at) => this.reader.hashInput(input, into, at)) : textHash(`${part}:${line}`);
    const weight = weights === undefined ? 1 : weightOf(weights, hash);
    if (weight === 0) return;
    const process = textHash(this.#process());
    if (weights === undefined) this.#inputs.push(hash);
    this.#processes.push(process);
    const inputGroup = hash % GROUPS;
    const processGroup = process % GROUPS;
    this.#weights[inputGroup]! += weight;
    const { columns } = this.reader.scanner;
    if (columns.hasProgram) this.#sumsOf(PROGRAM).add(columns.program, 0, inputGroup, processGroup, weight);
    for (let row = 0; row < columns.rows; row++) {
      const sums = this.#sumsOf(columns.labels[row]!);
      sums.add(columns.numbers, row * ROW_NUMBERS, inputGroup, processGroup, weight);
    }
  }

  /** Which process made the record: tasks of an array may have the same number on two machines. */
  #process(): string {
    const { pid, slurm } = this.reader;
    return `${pid} ${slurm?.job} ${slurm?.array_job} ${slurm?.array_task}`;
  }

  #sumsOf(label: string): LabelSums {
    const known = this.#labels.get(label);
    if (known !== undefined) return known;
    if (this.#labels.size >= MOST_LABELS && label !== OTHER) return this.#sumsOf(OTHER);
    const sums = new LabelSums(this.selection);
    this.#labels.set(label, sums);
    return sums;
  }
}

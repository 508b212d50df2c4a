import type { NumberField } from '../model/number-metrics.js';
import { PROGRAM } from '../model/report.js';
import type { LinePosition } from '../records/positions.js';
import type { RecordFold, RecordFolds } from '../records/record-fold.js';
import type { RecordReader } from '../records/record-reader.js';
import { ROW_NUMBERS } from '../report/merge-rows.js';
import { OTHER } from '../store/labels.js';
import { GrowingFloats } from './growing-floats.js';
import { hashNumber, textHash } from './hash.js';
import { distinctCount, type InputWeights, inputCounts, weightOf } from './inputs.js';
import { INPUT_GROUPS, type LabelState, LabelSums, type Selection, selectionOf } from './label-sums.js';
import { LoadFold, type LoadState } from './load.js';
import type { Side } from './side.js';

/** Rows of labels past so many are added up in `(other)`: each has some thousand sums. */
const MOST_LABELS = 4096;

export interface SideOptions {
  readonly fields: readonly NumberField[];
  /** Records are left out where they name no input. */
  readonly isMatched: boolean;
  /** What a record counts for, by its input; without weights each record counts for one. */
  readonly weights: InputWeights | undefined;
}

/** What the records of a chunk come to. */
export interface SideState {
  readonly nameless: number;
  /** What the records that are compared count for, by group. */
  readonly weights: Float64Array;
  /** The input of each record that can be compared. */
  readonly inputs: Float64Array;
  /** The process of each record that is compared. */
  readonly processes: Float64Array;
  readonly load: LoadState;
  readonly labels: readonly (readonly [label: string, sums: LabelState])[];
}

export const folds: RecordFolds<SideOptions, SideState, Side> = {
  module: import.meta.url,
  open: (options) => new SideFold(options),
};

/** Adds up the good records of a side, by label, metric and group of inputs. */
class SideFold implements RecordFold<SideState, Side> {
  #nameless = 0;
  readonly #selection: Selection;
  readonly #weights = new Float64Array(INPUT_GROUPS);
  readonly #inputs = new GrowingFloats();
  readonly #processes = new GrowingFloats();
  readonly #load = new LoadFold();
  readonly #labels = new Map<string, LabelSums>();

  constructor(readonly options: SideOptions) {
    this.#selection = selectionOf(options.fields);
  }

  add(record: RecordReader, { part, line }: LinePosition): void {
    if (record.isFailed || !record.isProfiled) return;
    const { isMatched, weights } = this.options;
    if (isMatched && !record.namesInput) {
      this.#nameless++;
      return;
    }
    const hash = record.namesInput ? hashNumber(record.inputHash()) : textHash(`${part}:${line}`);
    const weight = weights === undefined ? 1 : weightOf(weights, hash);
    if (weight === 0) return;
    const process = textHash(processOf(record));
    if (weights === undefined) this.#inputs.push(hash);
    this.#processes.push(process);
    const inputGroup = hash % INPUT_GROUPS;
    const processGroup = process % INPUT_GROUPS;
    this.#weights[inputGroup]! += weight;
    const { columns } = record;
    this.#load.add(columns.header);
    if (columns.hasProgram) this.#sumsOf(PROGRAM).add(columns.program, 0, inputGroup, processGroup, weight);
    for (let row = 0; row < columns.rows; row++) {
      const sums = this.#sumsOf(columns.labels[row]!);
      sums.add(columns.numbers, row * ROW_NUMBERS, inputGroup, processGroup, weight);
    }
  }

  state(): SideState {
    return {
      nameless: this.#nameless,
      weights: this.#weights,
      inputs: this.#inputs.values(),
      processes: this.#processes.values(),
      load: this.#load.state(),
      labels: Array.from(this.#labels, ([label, sums]) => [label, sums.state()]),
    };
  }

  absorb({ nameless, weights, inputs, processes, load, labels }: SideState): void {
    this.#nameless += nameless;
    weights.forEach((weight, group) => {
      this.#weights[group]! += weight;
    });
    this.#inputs.append(inputs);
    this.#processes.append(processes);
    this.#load.absorb(load);
    for (const [label, sums] of labels) this.#sumsOf(label).absorb(sums);
  }

  result(): Side {
    const processes = this.#processes.values();
    return {
      nameless: this.#nameless,
      selection: this.#selection,
      labels: this.#labels,
      weights: this.#weights,
      compared: processes.length,
      processes: distinctCount([processes]),
      load: this.#load.result(),
      inputs: () => inputCounts([this.#inputs.values()]),
    };
  }

  #sumsOf(label: string): LabelSums {
    const known = this.#labels.get(label);
    if (known !== undefined) return known;
    if (this.#labels.size >= MOST_LABELS && label !== OTHER) return this.#sumsOf(OTHER);
    const sums = new LabelSums(this.#selection);
    this.#labels.set(label, sums);
    return sums;
  }
}

/** The process that made the record: two tasks of an array may have the same process id on two machines. */
function processOf({ pid, slurm }: RecordReader): string {
  return `${pid} ${slurm?.job} ${slurm?.array_job} ${slurm?.array_task}`;
}

import type { NumberField } from '../model/number-metrics.js';
import type { Chunk } from '../records/chunks.js';
import { MalformedLines } from '../records/malformed.js';
import { Positions } from '../records/positions.js';
import type { ChunkResult } from '../records/run-chunk.js';
import { distinctCount, type InputCounts, inputCounts } from './inputs.js';
import { GROUPS, LabelSums, type Selection, selectionOf } from './label-sums.js';
import type { SideState } from './side-fold.js';

const COUNTS = ['records', 'failed', 'unprofiled', 'nameless'] as const;

/** What the records of a side come to, as far as they are compared. */
export interface Side {
  readonly records: number;
  readonly failed: number;
  readonly unprofiled: number;
  /** Good records left out because they name no input. */
  readonly nameless: number;
  readonly selection: Selection;
  /** In order of first entry. */
  readonly labels: ReadonlyMap<string, LabelSums>;
  /** What the records that are compared count for, by group of inputs. */
  readonly weights: Float64Array;
  /** How many of them there are, and how many processes made them. */
  readonly compared: number;
  readonly processes: number;
}

/** Adds up what chunks come to, in their order. */
export class SideSum {
  readonly #counts = { records: 0, failed: 0, unprofiled: 0, nameless: 0 };
  readonly #malformed = new MalformedLines();
  readonly #positions = new Positions();
  readonly #unreadable: string[] = [];
  readonly #selection: Selection;
  readonly #labels = new Map<string, LabelSums>();
  readonly #weights = new Float64Array(GROUPS);
  readonly #inputs: Float64Array[] = [];
  readonly #processes: Float64Array[] = [];

  constructor(fields: readonly NumberField[]) {
    this.#selection = selectionOf(fields);
  }

  add(chunk: Chunk, { lines, unreadable, fold }: ChunkResult<SideState>): void {
    this.#positions.add(chunk, lines);
    this.#unreadable.push(...unreadable);
    for (const count of COUNTS) this.#counts[count] += fold[count];
    this.#malformed.absorb(fold.malformed, fold.named);
    fold.weights.forEach((weight, group) => {
      this.#weights[group]! += weight;
    });
    this.#inputs.push(fold.inputs);
    this.#processes.push(fold.processes);
    for (const [label, state] of fold.labels) {
      let sums = this.#labels.get(label);
      if (sums === undefined) {
        sums = new LabelSums(this.#selection);
        this.#labels.set(label, sums);
      }
      sums.absorb(state);
    }
  }

  get unreadable(): readonly string[] {
    return this.#unreadable;
  }

  get malformed(): number {
    return this.#malformed.count;
  }

  /** The first of them, each `file:line: reason`. */
  get named(): readonly string[] {
    return this.#malformed.named.map((malformed) => `${this.#positions.text(malformed)}: ${malformed.reason}`);
  }

  /** Of the records that can be compared, in the first reading. */
  inputs(): InputCounts {
    return inputCounts(this.#inputs);
  }

  side(): Side {
    return {
      ...this.#counts,
      selection: this.#selection,
      labels: this.#labels,
      weights: this.#weights,
      compared: this.#processes.reduce((sum, { length }) => sum + length, 0),
      processes: distinctCount(this.#processes),
    };
  }
}

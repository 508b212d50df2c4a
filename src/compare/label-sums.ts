import { NUMBER_METRICS, type NumberField } from '../model/number-metrics.js';
import type { GroupSums } from './estimate.js';

/**
 * The records of a side are put into so many groups, by input: the same input is in the same group on both sides. More
 * groups make no interval shorter: with 1,000 inputs, half the width is 2.5 % with 64 groups and with 100.
 */
export const INPUT_GROUPS = 64;

/** The metrics whose sums are kept, and at which index. All threads have the same. */
export interface Selection {
  readonly fields: readonly NumberField[];
  /** The index of each field in `NUMBER_METRICS`. */
  readonly indexes: readonly number[];
  /** The index of each field among the levels, -1 for one that is no level. */
  readonly levels: readonly number[];
  readonly levelCount: number;
}

export function selectionOf(fields: readonly NumberField[]): Selection {
  const indexes = fields.map((field) => NUMBER_METRICS.findIndex((metric) => metric.field === field));
  let levelCount = 0;
  const levels = fields.map((field) => (isLevel(field) ? levelCount++ : -1));
  return { fields, indexes, levels, levelCount };
}

/**
 * Whether a metric is read from a level of the process: the next input begins with what the last one left behind.
 * Records of one process then tell of that process only.
 */
export function isLevel(field: NumberField): boolean {
  const fold = foldOf(field);
  return fold === 'peak' || fold === 'growth';
}

export function foldOf(field: NumberField): string {
  return NUMBER_METRICS.find((metric) => metric.field === field)!.fold;
}

/** The sum of all groups. */
export function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** What a worker hands over. */
export interface LabelState {
  readonly values: Float64Array;
  readonly highest: Float64Array;
}

/** The sums of one label by group. Their size depends on neither records nor inputs. */
export class LabelSums {
  /** Stretches of `INPUT_GROUPS` numbers: rows; sum and count of each metric by input; the same of each level by process. */
  readonly #values: Float64Array;
  readonly #highest: Float64Array;

  constructor(readonly selection: Selection) {
    const { fields, levelCount } = selection;
    this.#values = new Float64Array(INPUT_GROUPS * (1 + 2 * fields.length + 2 * levelCount));
    this.#highest = new Float64Array(fields.length).fill(Number.NaN);
  }

  /**
   * @param numbers of a row from `offset` on, in the order of `NUMBER_METRICS`, NaN for null
   * @param weight what the record counts for
   */
  add(numbers: Float64Array, offset: number, inputGroup: number, processGroup: number, weight: number): void {
    const { indexes, levels } = this.selection;
    const values = this.#values;
    values[inputGroup]! += weight;
    for (let metric = 0; metric < indexes.length; metric++) {
      const value = numbers[offset + indexes[metric]!]!;
      if (value !== value) continue;
      const at = INPUT_GROUPS * (1 + 2 * metric) + inputGroup;
      values[at]! += weight * value;
      values[at + INPUT_GROUPS]! += weight;
      const level = levels[metric]!;
      if (level >= 0) {
        const levelAt = INPUT_GROUPS * (1 + 2 * indexes.length + 2 * level) + processGroup;
        values[levelAt]! += weight * value;
        values[levelAt + INPUT_GROUPS]! += weight;
      }
      if (!(this.#highest[metric]! >= value)) this.#highest[metric] = value;
    }
  }

  absorb({ values, highest }: LabelState): void {
    values.forEach((value, index) => {
      this.#values[index]! += value;
    });
    highest.forEach((value, index) => {
      if (value === value && !(this.#highest[index]! >= value)) this.#highest[index] = value;
    });
  }

  state(): LabelState {
    return { values: this.#values, highest: this.#highest };
  }

  /** What the records that have the label count for, by group. */
  get rows(): Float64Array {
    return this.#stretch(0);
  }

  /** @param metric its index among the fields of the selection */
  byInput(metric: number): Pick<GroupSums, 'sums' | 'counts'> {
    return { sums: this.#stretch(1 + 2 * metric), counts: this.#stretch(2 + 2 * metric) };
  }

  /** @param metric a level */
  byProcess(metric: number): Pick<GroupSums, 'sums' | 'counts'> {
    const first = 1 + 2 * this.selection.fields.length + 2 * this.selection.levels[metric]!;
    return { sums: this.#stretch(first), counts: this.#stretch(first + 1) };
  }

  /** The highest value of a record; null where none has one. */
  highest(metric: number): number | null {
    const value = this.#highest[metric]!;
    return value === value ? value : null;
  }

  #stretch(index: number): Float64Array {
    return this.#values.subarray(index * INPUT_GROUPS, (index + 1) * INPUT_GROUPS);
  }
}

import { NUMBER_METRICS } from '../model/number-metrics.js';
import type { LinePosition } from '../records/positions.js';

/** The fields by which an input can be the worst. */
export const WORST_BY = ['wall_s', 'rss_kb_peak_max'] as const;
export type WorstBy = (typeof WORST_BY)[number];

const INDEXES = WORST_BY.map((by) => NUMBER_METRICS.findIndex(({ field }) => field === by));

/** The record with the highest value; the first of them where several have it. */
export interface Worst extends LinePosition {
  readonly value: number;
  /** Null where the record names none. */
  readonly input: string | null;
}

export type WorstState = readonly (readonly [label: string, worst: readonly (Worst | undefined)[]])[];

/** The worst inputs of each label. */
export class WorstInputs {
  readonly #byLabel = new Map<string, (Worst | undefined)[]>();
  readonly #maxLabels: number;

  constructor(maxLabels = Number.POSITIVE_INFINITY) {
    this.#maxLabels = maxLabels;
  }

  /**
   * @param numbers of a row from `offset` on, in the order of `NUMBER_METRICS`
   * @param record asked for the name of its input only where it is the worst so far
   */
  add(
    label: string,
    numbers: Float64Array,
    offset: number,
    position: LinePosition,
    record: { inputName(): string | null },
  ): void {
    let worst = this.#byLabel.get(label);
    if (worst === undefined) {
      if (this.#byLabel.size >= this.#maxLabels) return;
      worst = WORST_BY.map(() => undefined);
      this.#byLabel.set(label, worst);
    }
    for (let by = 0; by < INDEXES.length; by++) {
      const value = numbers[offset + INDEXES[by]!]!;
      if (value > (worst[by]?.value ?? Number.NEGATIVE_INFINITY))
        worst[by] = { ...position, value, input: record.inputName() };
    }
  }

  of(label: string): readonly (Worst | undefined)[] {
    return this.#byLabel.get(label) ?? [];
  }

  state(): WorstState {
    return [...this.#byLabel];
  }

  /** Adds the worst of later records. */
  absorb(state: WorstState): void {
    for (const [label, later] of state) {
      const earlier = this.#byLabel.get(label);
      if (earlier === undefined) {
        if (this.#byLabel.size < this.#maxLabels) this.#byLabel.set(label, [...later]);
        continue;
      }
      later.forEach((worst, by) => {
        if (worst !== undefined && worst.value > (earlier[by]?.value ?? Number.NEGATIVE_INFINITY)) earlier[by] = worst;
      });
    }
  }
}

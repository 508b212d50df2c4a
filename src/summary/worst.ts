import { NUMBER_METRICS } from '../model/number-metrics.js';
import type { LinePosition } from '../records/positions.js';

/**
 * What an input can be the worst by. `rss_kb_added` is its peak above the resident set of the process before it: a
 * process that has kept memory of earlier inputs would make each later input the worst by its peak.
 */
export const WORST_BY = ['wall_s', 'rss_kb_peak_max', 'rss_kb_added'] as const;
export type WorstBy = (typeof WORST_BY)[number];

const indexOf = (name: string) => NUMBER_METRICS.findIndex(({ field }) => field === name);
const WALL = indexOf('wall_s');
const PEAK = indexOf('rss_kb_peak_max');

/** The record with the highest value; the first of them where several have it. */
export interface Worst extends LinePosition {
  readonly value: number;
  /** Null where the record names none. */
  readonly input: string | null;
}

/** The record that a row belongs to. */
export interface WorstCandidate {
  /** The resident set of the process before the input; NaN where it is not known. */
  readonly rssKibBefore: number;
  readonly position: LinePosition;
  /** Asked for the name of its input only where it is the worst so far. */
  readonly record: { inputName(): string | null };
}

type Mutable<T> = { -readonly [Member in keyof T]: T[Member] };

export type WorstState = readonly (readonly [label: string, worst: readonly (Worst | undefined)[]])[];

/** The worst inputs of each label. */
export class WorstInputs {
  readonly #byLabel = new Map<string, (Mutable<Worst> | undefined)[]>();
  readonly #maxLabels: number;

  constructor(maxLabels = Number.POSITIVE_INFINITY) {
    this.#maxLabels = maxLabels;
  }

  /**
   * @param numbers of a row from `offset` on, in the order of `NUMBER_METRICS`
   */
  add(label: string, numbers: Float64Array, offset: number, { rssKibBefore, position, record }: WorstCandidate): void {
    let worst = this.#byLabel.get(label);
    if (worst === undefined) {
      if (this.#byLabel.size >= this.#maxLabels) return;
      worst = WORST_BY.map(() => undefined);
      this.#byLabel.set(label, worst);
    }
    const peak = numbers[offset + PEAK]!;
    for (let by = 0; by < WORST_BY.length; by++) {
      const value = by === 0 ? numbers[offset + WALL]! : by === 1 ? peak : peak - rssKibBefore;
      const known = worst[by];
      if (!(value > (known?.value ?? Number.NEGATIVE_INFINITY))) continue;
      const input = record.inputName();
      // Written over: the worst so far of chunk after chunk would otherwise be most of the garbage of a thread.
      if (known === undefined) worst[by] = { part: position.part, line: position.line, value, input };
      else {
        known.part = position.part;
        known.line = position.line;
        known.value = value;
        known.input = input;
      }
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

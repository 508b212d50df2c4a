import { Float64Array, Map, Number } from '../host/intrinsics.js';

/**
 * Sums of doubles that do not depend on the order of their terms: each sum is exact, and is rounded once when it is
 * read. Plain addition rounds at every step, so workers that share a corpus would get other last digits than a single
 * worker.
 *
 * A sum is kept as a few doubles that are not added up, as in J. R. Shewchuk, "Adaptive Precision Floating-Point
 * Arithmetic", 1997: `high + low`, whose 106 bits nearly always suffice, and otherwise `more`.
 */
export interface ExactState {
  /** NaN for a sum without a term. */
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly more: Map<number, number[]>;
}

export class ExactSums {
  readonly #high: Float64Array;
  readonly #low: Float64Array;
  // Hardly any sum needs more, so all share one empty map.
  #more: Map<number, number[]> = NONE;

  constructor(length: number) {
    this.#high = new Float64Array(length).fill(Number.NaN);
    this.#low = new Float64Array(length);
  }

  /** @param value finite, and so small that no sum overflows */
  add(index: number, value: number): void {
    const high = this.#high[index]!;
    if (high !== high) {
      this.#high[index] = value;
      return;
    }
    // Knuth's TwoSum: `sum + error` is `high + value` exactly.
    const sum = high + value;
    const part = sum - high;
    const error = high - (sum - part) + (value - part);
    this.#high[index] = sum;
    if (error !== 0) this.#addLow(index, error);
  }

  /**
   * Adds a row: value `offset + i` is added to sum `i`, or raises it if `takesHighest[i]` is 1.
   *
   * @param values NaN for a value that is missing
   */
  addRow(values: Float64Array, offset: number, takesHighest: Uint8Array): void {
    const high = this.#high;
    for (let index = 0; index < high.length; index++) {
      const value = values[offset + index]!;
      const sum = high[index]!;
      if (value !== value) continue;
      if (takesHighest[index] === 1) {
        if (!(sum >= value)) high[index] = value;
      } else if (value !== 0 || sum !== sum) this.add(index, value);
    }
  }

  #addLow(index: number, value: number): void {
    const low = this.#low[index]!;
    const sum = low + value;
    const part = sum - low;
    const error = low - (sum - part) + (value - part);
    this.#low[index] = sum;
    if (error === 0) return;
    if (this.#more === NONE) this.#more = new Map();
    this.#more.set(index, grown(this.#more.get(index) ?? [], error));
  }

  /** Keeps the highest value instead of the sum. */
  raise(index: number, value: number): void {
    const high = this.#high[index]!;
    if (!(high >= value)) this.#high[index] = value;
  }

  /** The sum, rounded once; NaN if it has no term. */
  total(index: number): number {
    const high = this.#high[index]!;
    const low = this.#low[index]!;
    const more = this.#more.get(index);
    return more === undefined ? high + low : rounded([low, high].reduce(grown, more));
  }

  /** Adds the sum `index` of another. */
  addSum(index: number, { high, low, more }: ExactState): void {
    if (Number.isNaN(high[index])) return;
    this.add(index, high[index]!);
    for (const part of [low[index]!, ...(more.get(index) ?? [])]) if (part !== 0) this.add(index, part);
  }

  state(): ExactState {
    return { high: this.#high, low: this.#low, more: this.#more };
  }
}

const NONE: Map<number, number[]> = new Map();

/** `value` added to `partials`, which do not overlap and stand smallest first. The result has the exact sum of all. */
function grown(partials: readonly number[], value: number): number[] {
  const next: number[] = [];
  let rest = value;
  for (const partial of partials) {
    const sum = rest + partial;
    const part = sum - rest;
    const error = rest - (sum - part) + (partial - part);
    if (error !== 0) next.push(error);
    rest = sum;
  }
  next.push(rest);
  return next;
}

/** The sum of partials that do not overlap, rounded to nearest, ties to even, as in CPython's `math.fsum`. */
function rounded(partials: readonly number[]): number {
  let index = partials.length - 1;
  let sum = partials[index]!;
  let error = 0;
  while (index > 0 && error === 0) {
    const high = sum;
    const low = partials[--index]!;
    sum = high + low;
    error = low - (sum - high);
  }
  // The first two partials alone would round a tie to even. The remaining ones decide which way it goes.
  if (index > 0 && error < 0 === partials[index - 1]! < 0) {
    const twice = error * 2;
    const next = sum + twice;
    if (twice === next - sum) sum = next;
  }
  return sum;
}

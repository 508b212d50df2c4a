import { Map, Number } from '../host/intrinsics.js';
import type { Report } from '../model/report.js';

/** Labels past so many are not numbered: inputs that give their names to stages must not fill the memory. */
const MOST_LABELS = 16_384;

/** The label of the row of a whole run. */
const WHOLE_RUN = '';

/**
 * How many calls of each label this process has had. Each input has a profiler of its own, and the calls of one are
 * numbered on from those of the input before.
 */
export class CallNumbers {
  readonly #calls = new Map<string, number>([[WHOLE_RUN, 0]]);

  /** @param isNumbered false where the process has one input, of which no call has a number */
  constructor(private readonly isNumbered: boolean) {}

  /** NaN where calls of the label are not numbered. */
  readonly before = (label: string): number => {
    if (!this.isNumbered) return Number.NaN;
    return this.#calls.get(label) ?? (this.#isFull() ? Number.NaN : 0);
  };

  /** How many inputs have been added; null where they are not numbered. */
  get inputs(): number | null {
    return this.isNumbered ? this.#calls.get(WHOLE_RUN)! : null;
  }

  /** @param report of an input that is done; calls that are still open have had their number */
  add({ stages }: Pick<Report, 'stages'>): void {
    if (!this.isNumbered) return;
    this.#calls.set(WHOLE_RUN, this.#calls.get(WHOLE_RUN)! + 1);
    for (const { stage, calls, open } of stages) {
      const known = this.#calls.get(stage);
      if (known !== undefined || !this.#isFull()) this.#calls.set(stage, (known ?? 0) + calls + open);
    }
  }

  #isFull(): boolean {
    return this.#calls.size > MOST_LABELS;
  }
}

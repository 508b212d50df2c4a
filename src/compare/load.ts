import type { Report } from '../model/report.js';
import { HEADER_NUMBERS } from '../report/merge-header.js';

/** How much the machine had to do while the records of a side were made: `load_per_cpu` of their reports. */
export interface MachineLoad {
  /** Of the records; null for a report, which keeps the highest alone. */
  readonly mean: number | null;
  readonly highest: number;
}

export interface LoadState {
  readonly count: number;
  /** In thousandths, so that the order of the records does not matter. */
  readonly sum: number;
  readonly highest: number;
}

const LOAD = HEADER_NUMBERS.indexOf('load_per_cpu');

/** The loads of records, each of which counts once. */
export class LoadFold {
  #count = 0;
  #sum = 0;
  #highest = 0;

  /** @param header in the order of `HEADER_NUMBERS`, NaN for what was not measured */
  add(header: Float64Array): void {
    const load = header[LOAD]!;
    if (load >= 0) this.absorb({ count: 1, sum: Math.round(load * 1000), highest: load });
  }

  absorb({ count, sum, highest }: LoadState): void {
    this.#count += count;
    this.#sum += sum;
    this.#highest = Math.max(this.#highest, highest);
  }

  state(): LoadState {
    return { count: this.#count, sum: this.#sum, highest: this.#highest };
  }

  /** Null where no record tells. */
  result(): MachineLoad | null {
    return this.#count === 0 ? null : { mean: this.#sum / this.#count / 1000, highest: this.#highest };
  }
}

export function loadOfReport({ load_per_cpu: highest = null }: Report): MachineLoad | null {
  return highest === null ? null : { mean: null, highest };
}

/** Half a thread a CPU more may make each of them wait half as long again. */
const LEAST_DIFFERENCE = 0.5;

/** Above that, the times differ by no more than other runs of one program do. */
const LEAST_RATIO = 1.25;

/** The loads to tell where they are clearly different; null where they are not, or are not known. */
export function differentLoads(
  base: MachineLoad | null,
  next: MachineLoad | null,
): { readonly base: number; readonly new: number } | null {
  if (base === null || next === null) return null;
  const areMeans = base.mean !== null && next.mean !== null;
  const [before, after] = areMeans ? [base.mean!, next.mean!] : [base.highest, next.highest];
  const [lower, higher] = [Math.min(before, after), Math.max(before, after)];
  return higher - lower > LEAST_DIFFERENCE && higher > lower * LEAST_RATIO ? { base: before, new: after } : null;
}

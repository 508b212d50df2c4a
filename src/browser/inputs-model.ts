import { packReference, unpackValue } from '../page/packed-value.js';
import type { InputColumn, InputsPart } from '../page/page-data.js';

/** The rule by which an input is marked. It is shown on the page in these words. */
export const OUTLIER_RULE =
  "An input is marked where one of the two numbers is above the upper quartile by more than three times the distance of the quartiles, both of logarithms (Tukey's outer fence); or where it failed.";

const FENCE = 3;
const FEWEST = 12;
/** Where most inputs have the same value, a tenth more is no outlier. */
const LEAST_SPREAD = Math.log(1.1);

/** Above this value an input is an outlier; null where there are too few inputs to tell. */
export function outerFence(values: readonly (number | null)[]): number | null {
  const logs = values
    .filter((value): value is number => value !== null && value > 0)
    .map((value) => Math.log(value))
    .sort((a, b) => a - b);
  if (logs.length < FEWEST) return null;
  const spread = Math.max(LEAST_SPREAD, quantile(logs, 0.75) - quantile(logs, 0.25));
  return Math.exp(quantile(logs, 0.75) + FENCE * spread);
}

/** @param sorted rising, not empty */
export function quantile(sorted: readonly number[], q: number): number {
  const at = q * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(sorted.length - 1, low + 1);
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!);
}

/** The numbers of inputs to mark, the farthest first. */
export function outliersOf(part: InputsPart, x: InputColumn, y: InputColumn): number[] {
  const fences = [outerFence(x.values), outerFence(y.values)] as const;
  const farness = (input: number): number => {
    const ratio = (column: InputColumn, fence: number | null) => {
      const value = column.values[input] ?? null;
      return fence === null || value === null ? 0 : value / fence;
    };
    return Math.max(ratio(x, fences[0]), ratio(y, fences[1]));
  };
  const marked: { input: number; far: number }[] = [];
  for (let input = 0; input < part.names.length; input++) {
    const far = farness(input);
    if (far > 1 || isFailed(part, input)) marked.push({ input, far });
  }
  return marked.sort((a, b) => b.far - a.far).map(({ input }) => input);
}

export function isFailed({ error, errors }: InputsPart, input: number): boolean {
  return errors[error[input]!] !== '';
}

/** How many inputs have failed; of a sample this is known for those that are shown. */
export function failedText(part: InputsPart): string {
  const failed = part.names.filter((_, input) => isFailed(part, input)).length;
  const among = part.names.length < part.total ? ' of those shown' : '';
  return `${failed.toLocaleString('en-US')}${among} failed`;
}

export interface StageBesideMedian {
  readonly stage: string;
  /** One a metric of the part: of this input, and the median of the inputs that have the stage. */
  readonly values: readonly { readonly own: number | null; readonly median: number | null }[];
}

/** The stages of an input beside those of the median input, without stages that it does not have. */
export class StageMedians {
  readonly #medians = new Map<string, number | null>();

  constructor(private readonly part: InputsPart) {}

  of(input: number): StageBesideMedian[] {
    const { stages } = this.part;
    if (stages === null) return [];
    return stages.labels.flatMap((stage, row) => {
      const values = stages.metrics.map(({ packed }, metric) => ({
        own: this.#value(metric, packed[row]!, input),
        median: this.#median(metric, row),
      }));
      return values.every(({ own }) => own === null) ? [] : [{ stage, values }];
    });
  }

  #value(metric: number, packed: readonly number[], input: number): number | null {
    const { key } = this.part.stages!.metrics[metric]!;
    const column = this.part.columns.find((one) => one.key === key);
    return unpackValue(packed[input]!, packReference(column?.values[input]));
  }

  #median(metric: number, row: number): number | null {
    const key = `${metric},${row}`;
    const known = this.#medians.get(key);
    if (known !== undefined) return known;
    const packed = this.part.stages!.metrics[metric]!.packed[row]!;
    const values = packed
      .map((_, input) => this.#value(metric, packed, input))
      .filter((value) => value !== null)
      .sort((a, b) => a - b);
    const median = values.length === 0 ? null : quantile(values, 0.5);
    this.#medians.set(key, median);
    return median;
  }
}

/** The middle of a column. */
export function medianOf({ values }: InputColumn): number | null {
  const known = values.filter((value): value is number => value !== null).sort((a, b) => a - b);
  return known.length === 0 ? null : quantile(known, 0.5);
}

/** Whether a scale of logarithms shows more: all is above zero, and over more than two decades. */
export function wantsLogarithms({ values }: InputColumn): boolean {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  for (const value of values) {
    if (value === null) continue;
    if (value <= 0) return false;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return most > 30 * least;
}

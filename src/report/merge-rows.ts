import { Array, Map, Number, Object, Uint8Array } from '../host/intrinsics.js';
import type { ModuleKib } from '../model/composition.js';
import { METRICS } from '../model/metrics.js';
import { MODULE_METRICS, NUMBER_METRICS } from '../model/number-metrics.js';
import type { OctavePairs } from '../model/octaves.js';
import type { StageRow } from '../model/report.js';
import { OTHER } from '../store/labels.js';
import { BucketCounts, type BucketState } from './bucket-counts.js';
import { type ExactState, ExactSums } from './exact-sums.js';

const FIELDS = NUMBER_METRICS.map(({ field }) => field);
const TAKES_HIGHEST = Uint8Array.from(NUMBER_METRICS, ({ fold }) => (fold === 'peak' || fold === 'max' ? 1 : 0));

/** How many numbers a row has. They stand in the order of `NUMBER_METRICS`. */
export const ROW_NUMBERS = FIELDS.length;

/** What a worker passes to the main thread. */
export interface RowsState {
  readonly rows: readonly (readonly [
    label: string,
    sums: ExactState,
    buckets: BucketState,
    modules: readonly (ModuleKib | null)[],
    octaves: ReadonlyMap<number, number>,
  ])[];
  readonly folded: number;
}

/** Rows by label, in order of first entry. */
export class RowMerger {
  readonly #rows = new Map<string, MergedRow>();
  readonly #maxLabels: number;
  #folded = 0;

  /** @param maxLabels the rows of any further label are added to `OTHER` */
  constructor(maxLabels = Number.POSITIVE_INFINITY) {
    this.#maxLabels = maxLabels;
  }

  add(row: StageRow): void {
    this.rowOf(row.stage).add(row);
  }

  /** The running row of a label. Call this once for each row that is added. */
  rowOf(label: string): MergedRow {
    const known = this.#rows.get(label);
    if (known !== undefined) return known;
    if (this.#rows.size >= this.#maxLabels && label !== OTHER) {
      this.#folded++;
      return this.rowOf(OTHER);
    }
    const merged = new MergedRow();
    this.#rows.set(label, merged);
    return merged;
  }

  /** How many rows were added to `OTHER` because there were too many labels. */
  get folded(): number {
    return this.#folded;
  }

  result(): StageRow[] {
    return Array.from(this.#rows, ([stage, merged]) => merged.toRow(stage));
  }

  state(): RowsState {
    return {
      rows: Array.from(this.#rows, ([label, row]) => [
        label,
        row.sums.state(),
        row.buckets.state(),
        row.modules(),
        row.octaves,
      ]),
      folded: this.#folded,
    };
  }

  /** Adds the state of another merger. */
  absorb({ rows, folded }: RowsState): void {
    for (const [label, sums, buckets, modules, octaves] of rows) {
      const row = this.rowOf(label);
      row.absorb(sums, buckets);
      modules.forEach((kib, index) => {
        row.addModules(index, kib);
      });
      for (const [octave, kib] of octaves) row.addGrowth(octave, kib);
    }
    this.#folded += folded;
  }
}

/** The running values of one label. */
export class MergedRow {
  readonly sums = new ExactSums(ROW_NUMBERS);
  readonly buckets = new BucketCounts();
  /** Growth in KiB by octave; empty where it was not measured. */
  readonly octaves = new Map<number, number>();
  readonly #modules: (Map<string, number> | null)[] = MODULE_METRICS.map(() => null);

  add(row: StageRow): void {
    for (let index = 0; index < ROW_NUMBERS; index++) {
      const value = row[FIELDS[index]!];
      // A field that an older version of the schema lacks was not measured.
      if (value !== null && value !== undefined) this.#addNumber(index, value);
    }
    for (const [bucket, count] of row.wall_hist) this.addCalls(bucket, count);
    for (const [octave, kib] of row.growth_by_octave ?? []) this.addGrowth(octave, kib);
    MODULE_METRICS.forEach(({ field }, index) => {
      this.addModules(index, row[field]);
    });
  }

  /** @param numbers those of a row begin at `offset`, in the order of `NUMBER_METRICS`; NaN stands for null */
  addNumbers(numbers: Float64Array, offset: number): void {
    this.sums.addRow(numbers, offset, TAKES_HIGHEST);
  }

  #addNumber(index: number, value: number): void {
    if (TAKES_HIGHEST[index] === 1) this.sums.raise(index, value);
    else this.sums.add(index, value);
  }

  addCalls(bucket: number, count: number): void {
    this.buckets.add(bucket, count);
  }

  addGrowth(octave: number, kib: number): void {
    this.octaves.set(octave, (this.octaves.get(octave) ?? 0) + kib);
  }

  /** @param index in `MODULE_METRICS` */
  addModules(index: number, modules: ModuleKib | null | undefined): void {
    if (modules === null || modules === undefined) return;
    this.#modules[index] ??= new Map();
    const sums = this.#modules[index];
    for (const [name, kib] of Object.entries(modules)) sums.set(name, (sums.get(name) ?? 0) + kib);
  }

  /** In the order of `MODULE_METRICS`. */
  modules(): (ModuleKib | null)[] {
    return this.#modules.map((sums) => sums && Object.fromEntries(sums));
  }

  absorb(sums: ExactState, buckets: BucketState): void {
    for (let index = 0; index < ROW_NUMBERS; index++) {
      if (TAKES_HIGHEST[index] === 0) this.sums.addSum(index, sums);
      else if (!Number.isNaN(sums.high[index])) this.sums.raise(index, sums.high[index]!);
    }
    this.buckets.absorb(buckets);
  }

  toRow(stage: string): StageRow {
    let next = 0;
    const modules = this.modules();
    let nextModules = 0;
    const values = METRICS.map((metric) => {
      if (metric.unit === 'histogram') return [metric.field, this.buckets.pairs()];
      if (metric.unit === 'octaves') return [metric.field, this.#growth()];
      if (metric.unit === 'modules') return [metric.field, modules[nextModules++]];
      const value = this.sums.total(next++);
      return [metric.field, Number.isNaN(value) ? (metric.fold === 'count' ? 0 : null) : value];
    });
    return { stage, ...Object.fromEntries(values) } as StageRow;
  }

  #growth(): OctavePairs | null {
    return this.octaves.size === 0 ? null : sortedPairs(this.octaves);
  }
}

function sortedPairs(values: ReadonlyMap<number, number>): OctavePairs {
  return [...values].sort(([left], [right]) => left - right);
}

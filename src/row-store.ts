import { enlarged } from './enlarged.js';
import { BUCKET_COUNT } from './histogram.js';
import { METRICS } from './metrics.js';
import { MODULE_CELLS } from './native/layout.js';

/** Completed stages inside the calls of a label: what `overhead_s` is computed from. */
const INNER_STAGES = 'inner_stages';

/** Metrics that are not one running number: the histogram, the modules, and what is derived from others. */
const NOT_STORED: ReadonlySet<string> = new Set(['wall_hist', 'native_modules', 'overhead_s']);

/** One column a stored metric, in the order of the table of metrics, then the store's own. */
export const COLUMNS: readonly string[] = [
  ...METRICS.map((metric) => metric.field).filter((field) => !NOT_STORED.has(field)),
  INNER_STAGES,
];

/** The first of `MODULE_CELLS` columns of bytes allocated, in the order of the sample's cells; zero at first. */
export const MODULE_COLUMNS: number = COLUMNS.length;

const COLUMN_COUNT = COLUMNS.length + MODULE_CELLS;

const COLUMN_INDEX: ReadonlyMap<string, number> = new Map(COLUMNS.map((field, index) => [field, index]));

/** Counters start at zero; everything measured starts as NaN, "not measured", until a first value arrives. */
const EMPTY_ROW = new Float64Array(COLUMN_COUNT);
for (const { field, slot } of METRICS) {
  const column = COLUMN_INDEX.get(field);
  if (column !== undefined && slot !== null) EMPTY_ROW[column] = Number.NaN;
}

const INITIAL_ROWS = 16;

/** @throws {RangeError} for a field that is not stored */
export function columnOf(field: string): number {
  const column = COLUMN_INDEX.get(field);
  if (column === undefined) throw new RangeError(`No column "${field}" in the row store`);
  return column;
}

/** Adds to a cell. A NaN amount was not measured and changes nothing. */
export function addTo(cells: Float64Array, cell: number, amount: number): void {
  if (amount !== amount) return;
  const before = cells[cell]!;
  cells[cell] = before === before ? before + amount : amount;
}

/** Raises a cell to a value. A NaN value was not measured and changes nothing. */
export function raiseTo(cells: Float64Array, cell: number, value: number): void {
  // Written so that a cell that is still NaN takes the value and a NaN value is never taken.
  if (value === value && !(cells[cell]! >= value)) cells[cell] = value;
}

/**
 * The running aggregates: one row a label, one column a metric and one a module, in typed arrays. It is the profiler's whole
 * state; nothing is kept per call.
 */
export class RowStore {
  /** `rowCount * COLUMN_COUNT` cells; replaced when it grows, so read it anew after `addRow`. */
  cells: Float64Array = new Float64Array(INITIAL_ROWS * COLUMN_COUNT);
  private buckets: Uint32Array = new Uint32Array(INITIAL_ROWS * BUCKET_COUNT);
  private rowCount = 0;

  get length(): number {
    return this.rowCount;
  }

  addRow(): number {
    const row = this.rowCount++;
    if (this.rowCount * COLUMN_COUNT > this.cells.length) this.grow();
    this.cells.set(EMPTY_ROW, row * COLUMN_COUNT);
    return row;
  }

  /** Where the cells of a row begin. */
  offset(row: number): number {
    return row * COLUMN_COUNT;
  }

  /** The value of a cell; NaN where nothing was measured. */
  get(row: number, column: number): number {
    return this.cells[row * COLUMN_COUNT + column]!;
  }

  countDuration(row: number, bucket: number): void {
    const cell = row * BUCKET_COUNT + bucket;
    // Stays at 2^32 - 1, which is an hour of nothing but stages of a microsecond, rather than begin anew.
    if (this.buckets[cell]! < 0xffff_ffff) this.buckets[cell]!++;
  }

  /** Counts of the duration buckets of one row. A view: copy what is to be kept. */
  durations(row: number): Uint32Array {
    return this.buckets.subarray(row * BUCKET_COUNT, (row + 1) * BUCKET_COUNT);
  }

  /** A copy of its own memory. */
  clone(): RowStore {
    const copy = new RowStore();
    copy.cells = this.cells.slice();
    copy.buckets = this.buckets.slice();
    copy.rowCount = this.rowCount;
    return copy;
  }

  private grow(): void {
    this.cells = enlarged(this.cells, this.cells.length * 2);
    this.buckets = enlarged(this.buckets, this.buckets.length * 2);
  }
}

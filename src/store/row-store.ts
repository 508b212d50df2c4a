import { ArrayBuffer, Float64Array, Map, Math, Number, RangeError, Set, Uint32Array } from '../host/intrinsics.js';
import { BUCKET_COUNT } from '../model/histogram.js';
import { METRICS } from '../model/metrics.js';
import { MODULE_CELLS } from '../model/sample-layout.js';
import { countIndex, PlainMemory, type StateMemory } from './state-memory.js';

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

/** A row is its cells, then its buckets: whole doubles, so that every row begins at one. */
const BUCKETS_OFFSET = COLUMN_COUNT * Float64Array.BYTES_PER_ELEMENT;
const ROW_CELLS =
  COLUMN_COUNT + Math.ceil((BUCKET_COUNT * Uint32Array.BYTES_PER_ELEMENT) / Float64Array.BYTES_PER_ELEMENT);
export const ROW_BYTES = ROW_CELLS * Float64Array.BYTES_PER_ELEMENT;
const ROW_WORDS = ROW_BYTES / Uint32Array.BYTES_PER_ELEMENT;

const ROWS = countIndex.rows;

const COLUMN_INDEX: ReadonlyMap<string, number> = new Map(COLUMNS.map((field, index) => [field, index]));

/** Counters start at zero; everything measured starts as NaN, "not measured", until a first value arrives. */
const EMPTY_ROW = new Float64Array(COLUMN_COUNT);
for (const { field, slot } of METRICS) {
  const column = COLUMN_INDEX.get(field);
  if (column !== undefined && slot !== null) EMPTY_ROW[column] = Number.NaN;
}

/** A count of durations stays there: an hour of nothing but stages of a microsecond, rather than begin anew. */
export const MOST_COUNTED = 0xffff_ffff;

export const INITIAL_ROWS = 16;

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

/**
 * The running aggregates: one row a label, one column a metric and one a module, in typed arrays. It is the profiler's whole
 * state; nothing is kept per call.
 */
export class RowStore {
  /** Replaced when it grows, so read it anew after `addRow`. */
  cells: Float64Array;
  /** Begins at the buckets of the first row. Replaced too. */
  buckets: Uint32Array;

  /** @param held rows that there are already */
  constructor(
    private readonly memory: StateMemory = new PlainMemory(),
    held: ArrayBuffer = memory.rows(INITIAL_ROWS * ROW_BYTES, new ArrayBuffer(0)),
  ) {
    this.cells = new Float64Array(held);
    this.buckets = new Uint32Array(held, BUCKETS_OFFSET);
  }

  get length(): number {
    return this.memory.counts[ROWS]!;
  }

  /** @param path the label it is of */
  addRow(path = ''): number {
    const row = this.length;
    if ((row + 1) * ROW_CELLS > this.cells.length) this.grow();
    this.cells.set(EMPTY_ROW, row * ROW_CELLS);
    this.memory.name(row, path);
    this.memory.counts[ROWS] = row + 1;
    return row;
  }

  /** Where the cells of a row begin. */
  offset(row: number): number {
    return row * ROW_CELLS;
  }

  /** The value of a cell; NaN where nothing was measured. */
  get(row: number, column: number): number {
    return this.cells[row * ROW_CELLS + column]!;
  }

  countDuration(row: number, bucket: number): void {
    const cell = this.durationCell(row, bucket);
    if (this.buckets[cell]! < MOST_COUNTED) this.buckets[cell]!++;
  }

  /** Where a bucket of a row is counted, in `buckets`. */
  durationCell(row: number, bucket: number): number {
    return row * ROW_WORDS + bucket;
  }

  /** Counts of the duration buckets of one row. A view: copy what is to be kept. */
  durations(row: number): Uint32Array {
    const first = row * ROW_WORDS;
    return this.buckets.subarray(first, first + BUCKET_COUNT);
  }

  /** A copy in memory of its own. */
  clone(): RowStore {
    const memory = new PlainMemory();
    memory.counts.set(this.memory.counts);
    return new RowStore(memory, this.held().slice(0));
  }

  private grow(): void {
    const before = this.held();
    const held = this.memory.rows(before.byteLength * 2, before);
    this.cells = new Float64Array(held);
    this.buckets = new Uint32Array(held, BUCKETS_OFFSET);
  }

  private held(): ArrayBuffer {
    return this.cells.buffer as ArrayBuffer;
  }
}

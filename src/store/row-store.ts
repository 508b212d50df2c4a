import { ArrayBuffer, Float64Array, Map, Math, Number, RangeError, Set, Uint32Array } from '../host/intrinsics.js';
import { BUCKET_COUNT } from '../model/histogram.js';
import { METRICS } from '../model/metrics.js';
import { OCTAVE_COUNT } from '../model/octaves.js';
import { MODULE_CELLS } from '../model/sample-layout.js';
import { countIndex, PlainMemory, type StateMemory } from './state-memory.js';

/** Completed stages inside the calls of a label: what `overhead_s` is computed from. */
const INNER_STAGES = 'inner_stages';

/**
 * Calls of a label that its process had before the rows were made: `map` has rows of their own for each input, and its
 * calls are numbered on. NaN where calls are not numbered.
 */
const CALLS_BEFORE = 'calls_before';

/**
 * Metrics that are not one running number: the histogram, the modules, the octaves, and one that is derived from others.
 */
const NOT_STORED: ReadonlySet<string> = new Set([
  'wall_hist',
  'native_modules',
  'native_live_modules',
  'growth_by_octave',
  'overhead_s',
]);

/** One column for each stored metric, in the order of the table of metrics, then the store's own. */
export const COLUMNS: readonly string[] = [
  ...METRICS.map((metric) => metric.field).filter((field) => !NOT_STORED.has(field)),
  INNER_STAGES,
  CALLS_BEFORE,
];

/**
 * The first of `MODULE_CELLS` columns of bytes allocated, in the order of the cells of a sample. They start at zero.
 */
export const MODULE_COLUMNS: number = COLUMNS.length;

/** The first of as many columns of the growth of live bytes. They start at zero too. */
export const LIVE_COLUMNS: number = MODULE_COLUMNS + MODULE_CELLS;

/**
 * The first of `OCTAVE_COUNT` columns of bytes: the growth of the resident set by octave of the call's number. NaN where
 * no call of the octave was measured.
 */
export const OCTAVE_COLUMNS: number = LIVE_COLUMNS + MODULE_CELLS;

const COLUMN_COUNT = OCTAVE_COLUMNS + OCTAVE_COUNT;

/** A row is its cells, then its buckets, filled up to whole doubles: every row begins at a double. */
export const BUCKETS_CELL = COLUMN_COUNT;
const BUCKETS_OFFSET = BUCKETS_CELL * Float64Array.BYTES_PER_ELEMENT;
export const ROW_CELLS =
  COLUMN_COUNT + Math.ceil((BUCKET_COUNT * Uint32Array.BYTES_PER_ELEMENT) / Float64Array.BYTES_PER_ELEMENT);
export const ROW_BYTES = ROW_CELLS * Float64Array.BYTES_PER_ELEMENT;
const ROW_WORDS = ROW_BYTES / Uint32Array.BYTES_PER_ELEMENT;

const ROWS = countIndex.rows;

const COLUMN_INDEX: ReadonlyMap<string, number> = new Map(COLUMNS.map((field, index) => [field, index]));

/** Counters start at zero. Everything measured starts as NaN, "not measured", until a first value arrives. */
const EMPTY_ROW = new Float64Array(COLUMN_COUNT);
for (const { field, slot } of METRICS) {
  const column = COLUMN_INDEX.get(field);
  if (column !== undefined && slot !== null) EMPTY_ROW[column] = Number.NaN;
}
EMPTY_ROW.fill(Number.NaN, OCTAVE_COLUMNS);

/**
 * A count of durations stops there, which an hour of stages of a microsecond would reach, and does not wrap to zero.
 */
export const MOST_COUNTED = 0xffff_ffff;

export const INITIAL_ROWS = 16;

const CALLS_BEFORE_COLUMN = COLUMNS.indexOf(CALLS_BEFORE);

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
 * The running aggregates, in typed arrays: one row for each label, one column for each metric and each module. They are
 * the whole state of the profiler; nothing is kept for a call.
 */
export class RowStore {
  /** Replaced when it grows, so read it anew after `addRow`. */
  cells: Float64Array;
  /** Begins at the buckets of the first row. Replaced like `cells`. */
  buckets: Uint32Array;
  /** Is given the new cells before they replace the old ones. Where it fails, the old ones stay. */
  onMove: ((cells: Float64Array) => void) | null = null;

  /** @param bytes memory with the rows that there are already */
  constructor(
    private readonly memory: StateMemory = new PlainMemory(),
    bytes: ArrayBuffer = memory.rows(INITIAL_ROWS * ROW_BYTES, new ArrayBuffer(0)),
  ) {
    this.cells = new Float64Array(bytes);
    this.buckets = new Uint32Array(bytes, BUCKETS_OFFSET);
  }

  get length(): number {
    return this.memory.counts[ROWS]!;
  }

  /**
   * Adds a row, or nothing where that throws.
   *
   * @param path the label of the row
   * @param callsBefore calls of this label that the process had before; NaN where calls are not numbered
   */
  addRow(path = '', callsBefore = 0): number {
    const row = this.length;
    if ((row + 1) * ROW_CELLS > this.cells.length) this.grow();
    this.cells.set(EMPTY_ROW, row * ROW_CELLS);
    this.cells[row * ROW_CELLS + CALLS_BEFORE_COLUMN] = callsBefore;
    this.memory.name(row, path);
    this.memory.counts[ROWS] = row + 1;
    return row;
  }

  /** The index in `cells` at which a row begins. */
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

  /** The index in `buckets` at which a bucket of a row is counted. */
  durationCell(row: number, bucket: number): number {
    return row * ROW_WORDS + bucket;
  }

  /** Counts of the duration buckets of one row. This is a view: copy what is to be kept. */
  durations(row: number): Uint32Array {
    const first = row * ROW_WORDS;
    return this.buckets.subarray(first, first + BUCKET_COUNT);
  }

  /** A copy in memory of its own. */
  clone(): RowStore {
    const memory = new PlainMemory();
    memory.counts.set(this.memory.counts);
    return new RowStore(memory, this.bytes().slice(0));
  }

  private grow(): void {
    const before = this.bytes();
    const bytes = this.memory.rows(before.byteLength * 2, before);
    const cells = new Float64Array(bytes);
    const buckets = new Uint32Array(bytes, BUCKETS_OFFSET);
    this.onMove?.(cells);
    this.cells = cells;
    this.buckets = buckets;
  }

  private bytes(): ArrayBuffer {
    return this.cells.buffer as ArrayBuffer;
  }
}

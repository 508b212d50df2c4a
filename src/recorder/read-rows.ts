import { Int32Array, Map, Math, Number, Set } from '../host/intrinsics.js';
import { recorderError } from '../model/errors.js';
import { BUCKET_COUNT } from '../model/histogram.js';
import { METRICS } from '../model/metrics.js';
import { OCTAVE_COUNT } from '../model/octaves.js';
import { MODULE_CELLS } from '../model/sample-layout.js';
import { COLUMNS, columnOf, LIVE_COLUMNS, MODULE_COLUMNS, OCTAVE_COLUMNS, RowStore } from '../store/row-store.js';
import type { RecorderBytes } from './file-bytes.js';
import { type Geometry, isPossible } from './format.js';
import type { RecorderMetadata } from './metadata.js';

export interface RecordedLabel {
  readonly path: string;
  readonly row: number;
}

/** Rows are read in pieces of this many. */
const ROWS_AT_ONCE = 256;

/** @throws {Error} `ERR_STAGEPROF_RECORDER` where rows have not the size that their columns need */
export function checkRowBytes(
  { columns, module_cells, live_cells, octaves, buckets }: RecorderMetadata,
  { row_bytes }: Geometry,
): void {
  const needed = (columns.length + module_cells + live_cells + octaves) * 8 + Math.ceil((buckets * 4) / 8) * 8;
  if (row_bytes !== needed || row_bytes === 0) {
    throw recorderError(`the recorder is damaged: its rows have ${row_bytes} bytes, their columns need ${needed}`);
  }
}

/** How many of the rows that the header tells are in the file. */
export function rowsThere(bytes: RecorderBytes, sizes: Geometry, rows: number, faults: string[]): number {
  const room = Math.floor((bytes.size - sizes.rows_offset) / sizes.row_bytes);
  const most = Math.max(0, Math.min(room, sizes.row_capacity));
  if (!Number.isSafeInteger(rows) || rows < 0) {
    faults.push(`its number of rows is ${rows}`);
    return 0;
  }
  if (rows > most) faults.push(`${rows - most} of ${rows} rows are cut off`);
  return Math.min(rows, most);
}

/** Where in the file each column of the row store stands: -1 for one that the file does not have. */
function columnPositions({ columns }: RecorderMetadata, faults: string[]): Int32Array {
  const missing = COLUMNS.filter((name) => !columns.includes(name));
  const unknown = columns.filter((name) => !COLUMNS.includes(name));
  if (missing.length > 0) faults.push(`it was written without ${missing.join(', ')}`);
  if (unknown.length > 0) faults.push(`this version does not know its ${unknown.join(', ')}`);
  return Int32Array.from(COLUMNS, (name) => columns.indexOf(name));
}

const CALLS_BEFORE = columnOf('calls_before');

const METRIC_OF = new Map<string, (typeof METRICS)[number]>(METRICS.map((metric) => [metric.field, metric]));
/** What a column may hold: a count is a whole number, and only a growth can be below zero. */
const IS_COUNT = COLUMNS.map((name) => (METRIC_OF.get(name)?.slot ?? null) === null);
/** Counts that may be null, because they are measured. */
const IS_WHOLE = COLUMNS.map((name) => METRIC_OF.get(name)?.unit === 'count');
const IS_GROWTH = COLUMNS.map((name) => METRIC_OF.get(name)?.fold === 'growth');

/** The rows of a recorder. A row that is damaged is left out of the labels. */
export function readRows(
  bytes: RecorderBytes,
  sizes: Geometry,
  metadata: RecorderMetadata,
  paths: readonly string[],
  faults: string[],
): { store: RowStore; labels: RecordedLabel[] } {
  const store = new RowStore();
  const labels: RecordedLabel[] = [];
  const positions = columnPositions(metadata, faults);
  const seen = new Set<string>();
  let damaged = 0;
  for (let first = 0; first < paths.length; first += ROWS_AT_ONCE) {
    const count = Math.min(ROWS_AT_ONCE, paths.length - first);
    const piece = bytes.read(sizes.rows_offset + first * sizes.row_bytes, count * sizes.row_bytes);
    for (let index = 0; index < count; index++) {
      const path = paths[first + index]!;
      // Shorter where the file was cut while it was read.
      const raw = piece.subarray(index * sizes.row_bytes, (index + 1) * sizes.row_bytes);
      const row = store.addRow(path);
      const isWhole = raw.length === sizes.row_bytes && fillRow(store, row, raw, positions, metadata);
      if (row === 0) continue;
      if (!isWhole || path === '' || seen.has(path)) {
        damaged++;
        continue;
      }
      seen.add(path);
      labels.push({ path, row });
    }
  }
  if (damaged > 0) faults.push(`${damaged} damaged rows are left out`);
  return { store, labels };
}

/** False for a row with an impossible count. */
function fillRow(
  store: RowStore,
  row: number,
  raw: Buffer,
  positions: Int32Array,
  metadata: RecorderMetadata,
): boolean {
  const { cells } = store;
  const base = store.offset(row);
  for (let column = 0; column < positions.length; column++) {
    const position = positions[column]!;
    if (position === -1) continue;
    const value = raw.readDoubleLE(position * 8);
    // A process of which calls are not numbered says so with NaN.
    if (column === CALLS_BEFORE && value !== value) cells[base + column] = value;
    else if (IS_COUNT[column]) {
      if (!Number.isSafeInteger(value) || value < 0) return false;
      cells[base + column] = value;
    } else if (isTaken(value, column)) cells[base + column] = value;
  }
  const modulesAt = metadata.columns.length * 8;
  for (let module = 0; module < Math.min(MODULE_CELLS, metadata.module_cells); module++) {
    const value = raw.readDoubleLE(modulesAt + module * 8);
    cells[base + MODULE_COLUMNS + module] = isPossible(value) ? value : 0;
  }
  const liveAt = modulesAt + metadata.module_cells * 8;
  for (let module = 0; module < Math.min(MODULE_CELLS, metadata.live_cells); module++) {
    const value = raw.readDoubleLE(liveAt + module * 8);
    cells[base + LIVE_COLUMNS + module] = isPossible(Math.abs(value)) ? value : 0;
  }
  const octavesAt = liveAt + metadata.live_cells * 8;
  for (let octave = 0; octave < Math.min(OCTAVE_COUNT, metadata.octaves); octave++) {
    const value = raw.readDoubleLE(octavesAt + octave * 8);
    if (isPossible(Math.abs(value))) cells[base + OCTAVE_COLUMNS + octave] = value;
  }
  const bucketsAt = octavesAt + metadata.octaves * 8;
  const durations = store.durations(row);
  const buckets = Math.min(BUCKET_COUNT, metadata.buckets);
  for (let bucket = 0; bucket < buckets; bucket++) durations[bucket] = raw.readUInt32LE(bucketsAt + bucket * 4);
  return true;
}

/** NaN, for "not measured", is not taken: the new row has it already. */
function isTaken(value: number, column: number): boolean {
  if (IS_WHOLE[column]) return Number.isSafeInteger(value) && value >= 0;
  return isPossible(IS_GROWTH[column] ? Math.abs(value) : value);
}

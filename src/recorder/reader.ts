import { Int32Array, Map, Math, Number, Object, Set } from '../host/intrinsics.js';
import { recorderError } from '../model/errors.js';
import { BUCKET_COUNT } from '../model/histogram.js';
import { METRICS } from '../model/metrics.js';
import { MODULE_CELLS } from '../model/sample-layout.js';
import { moduleName, OTHER_MODULES } from '../os/module-name.js';
import type { UsageWarning } from '../report/counted-warnings.js';
import { COLUMNS, MODULE_COLUMNS, RowStore } from '../store/row-store.js';
import type { RecorderBytes } from './file-bytes.js';
import { type Geometry, isPossible, STATE } from './format.js';
import type { RecorderFacts } from './metadata.js';
import { readHeader } from './read-header.js';
import { readLabels } from './read-labels.js';
import { readFacts } from './read-metadata.js';
import { type RecordedCall, readOpenCalls } from './read-open-calls.js';
import { type RecordedReading, readReadings } from './read-readings.js';
import { type RecordedSamples, readSamples } from './read-samples.js';

/** What became of the recorder. */
export type RecorderState = keyof typeof STATE;

export interface RecordedLabel {
  readonly path: string;
  readonly row: number;
}

/** All that a recorder holds, as of the moment when it was read. */
export interface Recording {
  readonly facts: RecorderFacts;
  readonly state: RecorderState;
  /** The errno for which it was given up. */
  readonly failure: number;
  /** The errno for which no thread took readings; 0 where one did. */
  readonly writerFailure: number;
  /** What the tracker had no room for or could not follow, and by how much its peaks may be off; 0 without one. */
  readonly missed: { readonly modulesMissed: number; readonly mappingsMissed: number };
  readonly trackerBoundBytes: number;
  readonly counts: { readonly [N in UsageWarning | 'labels_folded' | 'first_across_await']: number };
  /** In order of first entry. */
  readonly labels: readonly RecordedLabel[];
  readonly store: RowStore;
  /** Null where modules were not counted. */
  readonly modules: readonly string[] | null;
  /** In the order in which they were entered; the first stands for being outside any stage. */
  readonly calls: readonly RecordedCall[];
  readonly samples: RecordedSamples;
  /** Oldest first, of equal distances of a tenth of a second unless the machine was busy. */
  readonly readings: readonly RecordedReading[];
  /** What was found to be damaged, cut off or not known, one short text each. */
  readonly faults: readonly string[];
}

/** The rows of a recorder are read in pieces of this size. */
const ROWS_AT_ONCE = 256;

/**
 * Reads a recorder, of which any part may be missing or wrong: what can be read is in the result, the rest in `faults`.
 * Memory and time are in proportion to the rows the file has room for.
 *
 * @throws {Error} `ERR_STAGEPROF_RECORDER` for what is no recorder, or of another version, or damaged where it says what it holds
 */
export function readRecorder(bytes: RecorderBytes): Recording {
  const faults: string[] = [];
  const { sizes, live } = readHeader(bytes);
  const facts = readFacts(bytes, sizes);
  checkRowBytes(facts, sizes);

  const rowCount = rowsThere(bytes, sizes, live.rows, faults);
  const paths = readLabels(bytes, sizes, rowCount, faults);
  const { store, labels } = readRows(bytes, sizes, facts, paths, faults);
  const calls = readOpenCalls(bytes, sizes, facts, paths.length);
  const state = (Object.keys(STATE) as RecorderState[]).find((name) => STATE[name] === live.state);
  if (state === undefined) faults.push(`its state is ${live.state}`);
  return {
    facts,
    state: state ?? 'open',
    failure: wholeOr(live.failure, 0),
    writerFailure: wholeOr(live.writer_failure, 0),
    missed: { modulesMissed: wholeOr(live.modules_missed, 0), mappingsMissed: wholeOr(live.mappings_missed, 0) },
    trackerBoundBytes: wholeOr(live.tracker_bound_bytes, 0),
    counts: {
      labels_folded: wholeOr(live.labels_folded, 0),
      ended_out_of_order: wholeOr(live.ended_out_of_order, 0),
      started_late: wholeOr(live.started_late, 0),
      open_across_await: wholeOr(live.open_across_await, 0),
      out_of_stack: wholeOr(live.out_of_stack, 0),
      not_measured: wholeOr(live.not_measured, 0),
      first_across_await: wholeOr(live.first_across_await, 0),
    },
    labels,
    store,
    modules: facts.counts_modules ? readModules(bytes, sizes, live.module_count) : null,
    calls,
    samples: readSamples(bytes, sizes, facts, live.moment_count),
    readings: readReadings(bytes, sizes, facts.reading, live.reading_count),
    faults,
  };
}

function wholeOr(value: number, otherwise: number): number {
  return Number.isSafeInteger(value) && value >= 0 ? value : otherwise;
}

function checkRowBytes({ columns, module_cells, buckets }: RecorderFacts, { row_bytes }: Geometry): void {
  const needed = (columns.length + module_cells) * 8 + Math.ceil((buckets * 4) / 8) * 8;
  if (row_bytes !== needed || row_bytes === 0) {
    throw recorderError(`the recorder is damaged: its rows have ${row_bytes} bytes, their columns need ${needed}`);
  }
}

function rowsThere(bytes: RecorderBytes, sizes: Geometry, rows: number, faults: string[]): number {
  const room = Math.floor((bytes.size - sizes.rows_offset) / sizes.row_bytes);
  const most = Math.max(0, Math.min(room, sizes.row_capacity));
  if (!Number.isSafeInteger(rows) || rows < 0) {
    faults.push(`its number of rows is ${rows}`);
    return 0;
  }
  if (rows > most) faults.push(`${rows - most} of ${rows} rows are cut off`);
  return Math.min(rows, most);
}

/** Of the row store here, where each column stands in the file: -1 for one that the file does not have. */
function columnPlaces({ columns }: RecorderFacts, faults: string[]): Int32Array {
  const missing = COLUMNS.filter((name) => !columns.includes(name));
  const unknown = columns.filter((name) => !COLUMNS.includes(name));
  if (missing.length > 0) faults.push(`it was written without ${missing.join(', ')}`);
  if (unknown.length > 0) faults.push(`this version does not know its ${unknown.join(', ')}`);
  return Int32Array.from(COLUMNS, (name) => columns.indexOf(name));
}

const METRIC_OF = new Map<string, (typeof METRICS)[number]>(METRICS.map((metric) => [metric.field, metric]));
/** How each column has to be: counts are whole numbers; only a growth can be below zero. */
const IS_COUNT = COLUMNS.map((name) => (METRIC_OF.get(name)?.slot ?? null) === null);
/** Counts that are measured: null where they cannot be. */
const IS_WHOLE = COLUMNS.map((name) => METRIC_OF.get(name)?.unit === 'count');
const IS_GROWTH = COLUMNS.map((name) => METRIC_OF.get(name)?.fold === 'growth');

function readRows(
  bytes: RecorderBytes,
  sizes: Geometry,
  facts: RecorderFacts,
  paths: readonly string[],
  faults: string[],
): { store: RowStore; labels: RecordedLabel[] } {
  const store = new RowStore();
  const labels: RecordedLabel[] = [];
  const places = columnPlaces(facts, faults);
  const seen = new Set<string>();
  let damaged = 0;
  for (let first = 0; first < paths.length; first += ROWS_AT_ONCE) {
    const count = Math.min(ROWS_AT_ONCE, paths.length - first);
    const piece = bytes.read(sizes.rows_offset + first * sizes.row_bytes, count * sizes.row_bytes);
    for (let index = 0; index < count; index++) {
      const path = paths[first + index]!;
      // A file that is cut while it is read.
      const raw = piece.subarray(index * sizes.row_bytes, (index + 1) * sizes.row_bytes);
      const row = store.addRow(path);
      const isWhole = raw.length === sizes.row_bytes && fillRow(store, row, raw, places, facts);
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

/** False for a row whose counts cannot be. */
function fillRow(store: RowStore, row: number, raw: Buffer, places: Int32Array, facts: RecorderFacts): boolean {
  const { cells } = store;
  const base = store.offset(row);
  for (let column = 0; column < places.length; column++) {
    const place = places[column]!;
    if (place === -1) continue;
    const value = raw.readDoubleLE(place * 8);
    if (IS_COUNT[column]) {
      if (!Number.isSafeInteger(value) || value < 0) return false;
      cells[base + column] = value;
    } else if (isTaken(value, column)) cells[base + column] = value;
  }
  const modulesAt = facts.columns.length * 8;
  for (let module = 0; module < Math.min(MODULE_CELLS, facts.module_cells); module++) {
    const value = raw.readDoubleLE(modulesAt + module * 8);
    cells[base + MODULE_COLUMNS + module] = isPossible(value) ? value : 0;
  }
  const bucketsAt = modulesAt + facts.module_cells * 8;
  const durations = store.durations(row);
  const buckets = Math.min(BUCKET_COUNT, facts.buckets);
  for (let bucket = 0; bucket < buckets; bucket++) durations[bucket] = raw.readUInt32LE(bucketsAt + bucket * 4);
  return true;
}

/** NaN, which is "not measured", is not taken: the row has it already. */
function isTaken(value: number, column: number): boolean {
  if (IS_WHOLE[column]) return Number.isSafeInteger(value) && value >= 0;
  return isPossible(IS_GROWTH[column] ? Math.abs(value) : value);
}

function readModules(bytes: RecorderBytes, sizes: Geometry, moduleCount: number): string[] {
  const { modules_offset: offset, module_capacity: capacity, module_bytes: length } = sizes;
  const count = Math.min(wholeOr(moduleCount, 0), capacity, MODULE_CELLS);
  const names: string[] = [];
  for (let index = 0; index < count; index++) {
    const text = bytes.read(offset + index * length, length).toString('utf8');
    names.push(moduleName(text.slice(0, Math.max(0, text.indexOf('\0')))));
  }
  if (moduleCount > count && count === MODULE_CELLS) names[count - 1] = OTHER_MODULES;
  return names;
}

import { Float64Array, Math, Object, RangeError } from '../host/intrinsics.js';
import { BUCKET_COUNT } from '../model/histogram.js';
import { OCTAVE_COUNT } from '../model/octaves.js';
import { ACCOUNT, ACCOUNT_LENGTH, MODULE_CELLS, SAMPLE_LENGTH, SLOT_COUNT } from '../model/sample-layout.js';
import { LONGEST_LABEL } from '../store/labels.js';
import { INITIAL_ROWS, ROW_BYTES } from '../store/row-store.js';
import { CALL_CELLS, CALL_USE, COUNTS } from '../store/state-memory.js';

/**
 * The recorder's file. A test compares it with docs/recorder.md. The numbers of the header after its first three fields
 * are doubles in the order of `FILE_HEADER`, so that each live number is one aligned store.
 */
export const MAGIC = 'SPRECORD';
export const FORMAT_VERSION = 5;
/** A 32-bit word. On a machine with the other byte order it reads as another number. */
export const ENDIANNESS_WORD = 0x0a0b0c0d;

export const VERSION_OFFSET = 8;
export const ENDIANNESS_OFFSET = 12;
const NUMBERS_OFFSET = 16;
export const FILE_HEADER_BYTES = 4096;

/** Sizes that never change once the file has been made. */
export const GEOMETRY = {
  metadata_offset: 'where the metadata begins: one JSON object in UTF-8',
  metadata_bytes: 'how long it is',
  sample_offset:
    'where the sample of the last boundary of a stage stands: slots, cells of modules, cells of their live bytes, four more cells',
  sample_cells: 'doubles of a sample; the slots are named in the metadata',
  excluded_offset: 'what forced collections have cost so far, by slot: to be taken out of the sample of a moment',
  moments_offset:
    'where two moments stand, written in turn: a sample each, then two accounts, of then and of the highest resident set so far',
  moment_cells: 'doubles a moment; the cells of the account are named in the metadata',
  readings_offset: 'where the ring of readings begins',
  reading_capacity: 'readings it holds',
  reading_cells: 'doubles a reading, named in the metadata',
  timeline_offset: 'where the points of the timeline begin',
  timeline_capacity: 'points there is room for; 0 in the recorder of a worker thread',
  timeline_cells: 'doubles a point, named in the metadata; those behind the names are rows of open stages',
  modules_offset: 'where the paths of modules begin',
  module_capacity: 'paths there is room for',
  module_bytes: 'bytes a path, a zero at its end; of a long one the end',
  calls_offset: 'where the slots of open calls begin',
  call_capacity: 'slots there is room for; calls beyond are in memory only',
  call_cells: 'doubles a slot: the entry sample, then what `call_tail` of the metadata names',
  labels_offset: 'where the labels begin: a 32-bit length in UTF-16 units, 4 bytes of nothing, the text, padded to 8',
  labels_bytes: 'room for labels',
  rows_offset: 'where the rows begin; they are last, so that the file grows with them',
  row_capacity: 'rows there is room for',
  row_bytes:
    'bytes a row: its cells, named in the metadata, its cells of modules, of their live bytes and of octaves, its 32-bit buckets, padded to 8',
} as const;

/** What changes while the program runs. */
export const LIVE = {
  state: '0 in use, 1 closed, 2 the program ended without closing it, 3 given up: the profiler went on in memory',
  failure: 'the errno for which it was given up',
  writer_failure: 'the errno for which no thread takes readings, so that samples are of the boundaries of stages alone',
  reading_count: 'readings so far; the newest is at `(reading_count - 1) modulo reading_capacity`',
  timeline_count: 'points so far, in the order of time',
  timeline_width: 'of so many readings two points are kept, the highest and the lowest resident set; 1 while all are',
  call_slots: 'slots of open calls, from the first on, that all have memory',
  moment_count: 'moments so far; the newest whole one is at `(moment_count - 1) modulo 2`',
  modules_missed: 'how often the tracker met a module beyond its table',
  mappings_missed: 'mappings that the tracker could not follow',
  live_missed: 'live blocks that its sample had no room for',
  tracker_bound_bytes: "by how much the tracker's peaks may be off",
  module_count: 'modules so far, in the order of their cells; those past the room for paths share the last cell',
  rows: 'rows so far, row 0 standing for no stage; the label of each stands in the labels, in the same order',
  labels_folded: 'as in the report',
  ended_out_of_order: 'handles ended out of order',
  started_late: 'stages started after their parent ended',
  open_across_await: 'handles open across an await',
  out_of_stack: 'stages not measured, the stack was full',
  not_measured: 'stages not measured, what the profiler uses had been changed',
  first_across_await: 'the row of the first handle that was open across an await; 0 for none',
  own_ns: 'what the profiler itself has cost on the thread, up to the last boundary that it measured',
  own_inner_ns: 'the part of it that is in the elapsed times of stages',
} as const;

export type HeaderNumber = keyof typeof GEOMETRY | keyof typeof LIVE;

export const FILE_HEADER: { readonly [N in HeaderNumber]: string } = { ...GEOMETRY, ...LIVE };
export const FILE_HEADER_NUMBERS = Object.keys(FILE_HEADER) as readonly HeaderNumber[];

export const STATE = { open: 0, closed: 1, ended: 2, abandoned: 3 } as const;

/** Where a number of the header stands, in bytes. */
export function offsetOf(name: HeaderNumber): number {
  return NUMBERS_OFFSET + FILE_HEADER_NUMBERS.indexOf(name) * Float64Array.BYTES_PER_ELEMENT;
}

/** The counts of the profiler's state are together, in their order, at the end of the header. */
export const COUNTS_OFFSET = offsetOf(COUNTS[0]);

/**
 * What native/recorder/recorder_writer.h writes into the ring ten times a second, in the order of
 * native/recorder/recorder_layout.h.
 */
export const READING = [
  'wall_ns',
  'rss_bytes',
  'rss_peak_bytes',
  'native_bytes',
  'thread_cpu_ns',
  'process_cpu_ns',
  'js_peak_bytes',
  'native_peak_bytes',
] as const;

/** The cells of a point of the timeline, before the rows of stages that were open. */
export const TIMELINE = [
  'wall_ns',
  'process_cpu_ns',
  'file_pages_bytes',
  'js_used_bytes',
  'open_calls',
  ...ACCOUNT,
] as const;

/** So many different stages are told of a point. */
export const TIMELINE_STAGES = 12;

/** The offsets, sizes and mask that the writer is given, in the order of native/recorder/recorder_layout.h. */
export const POSITIONS = [
  'boundary',
  'reading_count',
  'readings',
  'reading_capacity',
  'moment_count',
  'moments',
  'module_count',
  'modules',
  'module_capacity',
  'module_bytes',
  'modules_missed',
  'mappings_missed',
  'live_missed',
  'tracker_bound_bytes',
  'state',
  'timeline',
  'timeline_capacity',
  'timeline_count',
  'timeline_width',
  'calls',
  'call_cells',
  'call_use',
  'call_slots',
  'mask',
] as const;

const DOUBLE = Float64Array.BYTES_PER_ELEMENT;

const SAMPLE_OFFSET = FILE_HEADER_BYTES;
const EXCLUDED_OFFSET = SAMPLE_OFFSET + SAMPLE_LENGTH * DOUBLE;
/** The header, together with all that any stage may write. */
export const HEAD_BYTES = 2 * FILE_HEADER_BYTES;
if (EXCLUDED_OFFSET + SLOT_COUNT * DOUBLE > HEAD_BYTES) throw new RangeError('The head of a recorder is too small');

const METADATA_OFFSET = HEAD_BYTES;
const METADATA_CAPACITY = 15 * 4096;
const MOMENTS = 2;
const MOMENT_CELLS = SAMPLE_LENGTH + 2 * ACCOUNT_LENGTH;
/** Enough for 102 seconds. */
const READING_CAPACITY = 1024;
const SMALL_READING_CAPACITY = 32;
const MODULE_BYTES = 256;
/** Twice the pixels that a picture of it has across. 1,024 readings are all that come in 102 seconds. */
const TIMELINE_CAPACITY = 1024;
const TIMELINE_CELLS = TIMELINE.length + TIMELINE_STAGES;
const CALL_CAPACITY = 1024;
const SMALL_CALL_CAPACITY = 128;

export type Geometry = { readonly [N in keyof typeof GEOMETRY]: number };

/**
 * @param maxRows most rows there will be
 * @param small for a worker thread: whoever reads its recorder wants the last moment, and there may be hundreds
 */
export function geometry(maxRows: number, metadataBytes: number, small = false): Geometry {
  const readingCapacity = small ? SMALL_READING_CAPACITY : READING_CAPACITY;
  const callCapacity = small ? SMALL_CALL_CAPACITY : CALL_CAPACITY;
  // The row store grows by doubling.
  const rowCapacity = 2 ** Math.ceil(Math.log2(Math.max(maxRows, INITIAL_ROWS)));
  const moments = METADATA_OFFSET + METADATA_CAPACITY;
  const readings = moments + MOMENTS * MOMENT_CELLS * DOUBLE;
  const timelineCapacity = small ? 0 : TIMELINE_CAPACITY;
  const timeline = readings + readingCapacity * READING.length * DOUBLE;
  const modules = timeline + timelineCapacity * TIMELINE_CELLS * DOUBLE;
  const calls = modules + MODULE_CELLS * MODULE_BYTES;
  const labels = calls + callCapacity * CALL_CELLS * DOUBLE;
  const labelsBytes = maxRows * labelRecordBytes(LONGEST_LABEL);
  return {
    metadata_offset: METADATA_OFFSET,
    metadata_bytes: metadataBytes,
    sample_offset: SAMPLE_OFFSET,
    sample_cells: SAMPLE_LENGTH,
    excluded_offset: EXCLUDED_OFFSET,
    moments_offset: moments,
    moment_cells: MOMENT_CELLS,
    readings_offset: readings,
    reading_capacity: readingCapacity,
    reading_cells: READING.length,
    timeline_offset: timeline,
    timeline_capacity: timelineCapacity,
    timeline_cells: TIMELINE_CELLS,
    modules_offset: modules,
    module_capacity: MODULE_CELLS,
    module_bytes: MODULE_BYTES,
    calls_offset: calls,
    call_capacity: callCapacity,
    call_cells: CALL_CELLS,
    labels_offset: labels,
    labels_bytes: labelsBytes,
    rows_offset: Math.ceil((labels + labelsBytes) / FILE_HEADER_BYTES) * FILE_HEADER_BYTES,
    row_capacity: rowCapacity,
    row_bytes: ROW_BYTES,
  };
}

/** @param mask bits of the sampler whose thread is sampled */
export function writerPositions(sizes: Geometry, mask: number): Float64Array {
  const positions: { readonly [N in (typeof POSITIONS)[number]]: number } = {
    boundary: SAMPLE_OFFSET,
    reading_count: offsetOf('reading_count'),
    readings: sizes.readings_offset,
    reading_capacity: sizes.reading_capacity,
    moment_count: offsetOf('moment_count'),
    moments: sizes.moments_offset,
    module_count: offsetOf('module_count'),
    modules: sizes.modules_offset,
    module_capacity: sizes.module_capacity,
    module_bytes: sizes.module_bytes,
    modules_missed: offsetOf('modules_missed'),
    mappings_missed: offsetOf('mappings_missed'),
    live_missed: offsetOf('live_missed'),
    tracker_bound_bytes: offsetOf('tracker_bound_bytes'),
    state: offsetOf('state'),
    timeline: sizes.timeline_offset,
    timeline_capacity: sizes.timeline_capacity,
    timeline_count: offsetOf('timeline_count'),
    timeline_width: offsetOf('timeline_width'),
    calls: sizes.calls_offset,
    call_cells: sizes.call_cells,
    call_use: CALL_USE,
    call_slots: offsetOf('call_slots'),
    mask,
  };
  return Float64Array.from(POSITIONS, (name) => positions[name]);
}

export function fitsMetadata(bytes: number): boolean {
  return bytes <= METADATA_CAPACITY;
}

/** How many bytes a label takes in the file. */
export function labelRecordBytes(units: number): number {
  return 8 + Math.ceil((units * 2) / 8) * 8;
}

/** No value here can reach 36 years or a million TiB: one that does is damaged. */
const IMPOSSIBLE = 2 ** 60;

/** For nanoseconds or bytes. NaN is not possible. */
export function isPossible(value: number): boolean {
  return value >= 0 && value < IMPOSSIBLE;
}

/** Parts of the layout that the names in the metadata do not tell. */
export const OCTAVES = OCTAVE_COUNT;
export const BUCKETS = BUCKET_COUNT;

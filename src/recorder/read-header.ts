import { Number, Object } from '../host/intrinsics.js';
import { recorderError } from '../model/errors.js';
import type { RecorderBytes } from './file-bytes.js';
import {
  ENDIANNESS_OFFSET,
  ENDIANNESS_WORD,
  FILE_HEADER_BYTES,
  FILE_HEADER_NUMBERS,
  FORMAT_VERSION,
  GEOMETRY,
  type Geometry,
  type HeaderNumber,
  type LIVE,
  MAGIC,
  offsetOf,
  VERSION_OFFSET,
} from './format.js';

export type LiveNumbers = { readonly [N in keyof typeof LIVE]: number };

export interface RecorderHeader {
  readonly sizes: Geometry;
  readonly live: LiveNumbers;
}

/** The largest sizes that are taken for possible: a file may say anything. */
const LIMITS: { readonly [N in keyof Geometry]?: number } = {
  metadata_bytes: 2 ** 20,
  sample_cells: 4096,
  moment_cells: 4096,
  reading_capacity: 2 ** 20,
  reading_cells: 64,
  timeline_capacity: 2 ** 16,
  timeline_cells: 256,
  module_capacity: 4096,
  module_bytes: 4096,
  call_capacity: 2 ** 16,
  call_cells: 4096,
  row_capacity: 2 ** 20,
  row_bytes: 2 ** 16,
};

/**
 * The header of a recorder. The live numbers are taken as they are: whoever uses one checks it.
 *
 * @throws {Error} `ERR_STAGEPROF_RECORDER` for a file that is no recorder, or one that this version cannot read
 */
export function readHeader(bytes: RecorderBytes): RecorderHeader {
  const header = bytes.read(0, FILE_HEADER_BYTES);
  const magic = header.toString('latin1', 0, MAGIC.length);
  if (header.length >= MAGIC.length && /^\0+$/.test(magic)) {
    throw recorderError('the recorder is not made yet, or its process ended while it made it');
  }
  if (magic !== MAGIC) throw recorderError('not a recorder: it does not begin as one');
  if (header.length < FILE_HEADER_BYTES) {
    throw recorderError(`the recorder is cut: ${header.length} bytes are left of its header of ${FILE_HEADER_BYTES}`);
  }
  checkVersion(header);
  const numbers = Object.fromEntries(
    FILE_HEADER_NUMBERS.map((name) => [name, header.readDoubleLE(offsetOf(name))]),
  ) as Record<HeaderNumber, number>;
  checkSizes(numbers);
  return { sizes: numbers, live: numbers };
}

function checkVersion(header: Buffer): void {
  const order = header.readUInt32LE(ENDIANNESS_OFFSET);
  if (order !== ENDIANNESS_WORD) {
    const swapped = header.readUInt32BE(ENDIANNESS_OFFSET) === ENDIANNESS_WORD;
    throw recorderError(
      swapped
        ? 'the recorder is of a machine with the other byte order: read it there'
        : 'the recorder is damaged: its byte order is none',
    );
  }
  const version = header.readUInt32LE(VERSION_OFFSET);
  if (version !== FORMAT_VERSION) {
    throw recorderError(
      `the recorder has format ${version}, expected ${FORMAT_VERSION}: read it with the stageprof that wrote it`,
    );
  }
}

function checkSizes(sizes: Geometry): void {
  for (const name of Object.keys(GEOMETRY) as (keyof Geometry)[]) {
    const size = sizes[name];
    const limit = LIMITS[name] ?? 2 ** 40;
    const isAligned =
      name === 'metadata_bytes' || name === 'module_bytes' || !/_(offset|bytes)$/.test(name) || size % 8 === 0;
    if (!Number.isInteger(size) || size < 0 || size > limit || !isAligned) {
      throw recorderError(`the recorder is damaged: its ${name} is ${size}`);
    }
  }
}

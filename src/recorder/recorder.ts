import { recorderError } from '../errors.js';
import { join, lstatSync, resolve, unlinkSync } from '../host/files.js';
import { Buffer, DataView, Float64Array, JSON, Object, Set, Uint8Array } from '../host/intrinsics.js';
import { loadBinding, type NativeRecorder, NO_EXTERNAL_BUFFERS } from '../native/binding.js';
import type { RecorderChoice } from '../options.js';
import { ROW_BYTES } from '../row-store.js';
import { CALL_CELLS, COUNTS, PlainMemory, type StateMemory } from '../state-memory.js';
import type { RecorderFacts } from './facts.js';
import {
  BYTE_ORDER_MARK,
  BYTE_ORDER_OFFSET,
  COUNTS_OFFSET,
  FORMAT_VERSION,
  fitsFacts,
  type Geometry,
  geometry,
  HEADER_BYTES,
  labelRecordBytes,
  MAGIC,
  offsetOf,
  STATE,
  VERSION_OFFSET,
} from './format.js';
import { makeRecorderFolder, recorderName } from './place.js';
import { systemFault } from './system-fault.js';

/** Places of open calls whose memory is taken at once. */
const CALLS_AT_ONCE = 16;

/** What the caller can put right: another path, and not this machine, is at fault. */
const MISTAKES: ReadonlySet<string> = new Set([
  'EEXIST',
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'EACCES',
  'EPERM',
  'EROFS',
  'ELOOP',
  'ENAMETOOLONG',
]);

/** A recorder, or why there is none. */
export type OpenedRecorder = { readonly recorder: Recorder } | { readonly recorder: null; readonly reason: string };

/**
 * Makes the recorder of a profiler. That it is not to be had here is no error: the profiler then runs in memory.
 *
 * @param maxRows most rows there will be
 * @throws {Error} `ERR_STAGEPROF_RECORDER` for a path that is taken, or where no file can be made
 */
export function openRecorder({ path: asked, keep }: RecorderChoice, maxRows: number): OpenedRecorder {
  const { binding, missing } = loadBinding();
  if (binding === null) return { recorder: null, reason: missing };
  let path: string;
  try {
    path = asked === null ? join(makeRecorderFolder(), recorderName()) : resolve(asked);
  } catch (error) {
    return { recorder: null, reason: (error as Error).message };
  }
  const sizes = geometry(maxRows, 0);
  const native = binding.recorderOpen(path, sizes.rows_offset + sizes.row_capacity * ROW_BYTES);
  if (native === undefined) return { recorder: null, reason: 'the thread is being terminated' };
  if (typeof native !== 'object') {
    const { code, reason } = systemFault(native);
    if (asked !== null && MISTAKES.has(code)) throw recorderError(mistakeMessage(path, code, reason));
    return { recorder: null, reason: `${path}: ${reason}` };
  }
  const header = native.expose(0, HEADER_BYTES);
  if (typeof header === 'object') return { recorder: new Recorder(path, keep, native, header, sizes) };
  native.close();
  // Just made, and by this process.
  unlinkSync(path);
  return {
    recorder: null,
    reason: header === NO_EXTERNAL_BUFFERS ? NO_BUFFERS : `${path}: ${systemFault(header).reason}`,
  };
}

const NO_BUFFERS = 'this build of Node forbids memory that V8 has not allocated (its sandbox)';

/** The state of a profiler in a mapped file. Where the file cannot grow, the profiler goes on in memory. */
export class Recorder implements StateMemory {
  readonly counts: Float64Array;
  private readonly numbers: DataView;
  private readonly inode: number | undefined;
  private readonly plain = new PlainMemory();
  private calls: ArrayBuffer | null = null;
  private labelsUsed = 0;
  private abandonedFor: string | null = null;

  constructor(
    readonly path: string,
    private readonly keep: boolean,
    private readonly native: NativeRecorder,
    private readonly header: ArrayBuffer,
    private readonly sizes: Geometry,
  ) {
    this.counts = new Float64Array(header, COUNTS_OFFSET, COUNTS.length);
    this.numbers = new DataView(header);
    this.inode = lstatSync(path, { throwIfNoEntry: false })?.ino;
  }

  /** Why the file holds only what was until then; null while it holds everything. */
  get failure(): string | null {
    return this.abandonedFor;
  }

  rows(bytes: number, before: ArrayBuffer): ArrayBuffer {
    const { rows_offset: offset, row_capacity: capacity } = this.sizes;
    if (this.abandonedFor === null) {
      const fits = bytes <= capacity * ROW_BYTES;
      const held = fits ? this.native.expose(offset, bytes) : ENOSPC;
      if (typeof held === 'object') return held;
      this.abandon(held);
    }
    return this.plain.rows(bytes, before);
  }

  call(place: number): Float64Array {
    const index = place % CALLS_AT_ONCE;
    const bytes = CALL_CELLS * Float64Array.BYTES_PER_ELEMENT;
    if (index === 0) this.calls = this.callsFrom(place, bytes);
    // More calls open at a time than there is room for, or a full disk: the rows count them all the same.
    if (this.calls === null) return this.plain.call(place);
    return new Float64Array(this.calls, index * bytes, CALL_CELLS);
  }

  name(_row: number, path: string): void {
    if (this.abandonedFor !== null) return;
    const record = Buffer.alloc(labelRecordBytes(path.length));
    record.writeUInt32LE(path.length);
    // Of 16 bits, since any string may be a label, halves of a surrogate pair too.
    record.write(path, 8, 'utf16le');
    const { labels_offset: offset, labels_bytes: capacity } = this.sizes;
    const fits = this.labelsUsed + record.length <= capacity;
    const error = fits ? this.native.write(offset + this.labelsUsed, record) : ENOSPC;
    if (error !== 0) this.abandon(error);
    this.labelsUsed += record.length;
  }

  /** Makes the file one that can be read, and starts the readings. */
  begin(facts: RecorderFacts): void {
    const text = Buffer.from(JSON.stringify(facts));
    const { numbers } = this;
    const sizes: Geometry = { ...this.sizes, facts_bytes: text.length };
    const error = fitsFacts(text.length) ? this.native.write(sizes.facts_offset, text) : ENOSPC;
    if (error !== 0) {
      this.abandon(error);
      return;
    }
    for (const [name, size] of Object.entries(sizes) as [keyof Geometry, number][]) {
      numbers.setFloat64(offsetOf(name), size, true);
    }
    numbers.setUint32(VERSION_OFFSET, FORMAT_VERSION, true);
    numbers.setUint32(BYTE_ORDER_OFFSET, BYTE_ORDER_MARK, true);
    this.native.start(
      offsetOf('reading_count'),
      sizes.readings_offset,
      sizes.reading_capacity,
      offsetOf('module_count'),
      sizes.modules_offset,
      sizes.module_capacity,
      sizes.module_bytes,
      offsetOf('state'),
    );
    // Last: before it, nobody takes the file for a recorder.
    new Uint8Array(this.header).set(Buffer.from(MAGIC, 'latin1'));
  }

  /** Stops the readings, and removes the file unless it is to be kept. The memory stays. Idempotent. */
  close(): void {
    if (this.numbers.getFloat64(offsetOf('state'), true) === STATE.open) this.set('state', STATE.closed);
    this.native.close();
    // Nobody asks for what is in the file and whole in the report; what was given up is not even whole.
    if (this.keep) return;
    try {
      if (lstatSync(this.path).ino === this.inode) unlinkSync(this.path);
    } catch {
      // It is gone, or its folder can no longer be written to.
    }
  }

  private callsFrom(place: number, bytes: number): ArrayBuffer | null {
    if (this.abandonedFor !== null || place + CALLS_AT_ONCE > this.sizes.call_capacity) return null;
    const held = this.native.expose(this.sizes.calls_offset + place * bytes, CALLS_AT_ONCE * bytes);
    return typeof held === 'object' ? held : null;
  }

  private abandon(errno: number): void {
    const { reason } = systemFault(errno);
    this.abandonedFor = reason;
    this.set('failure', errno);
    this.set('state', STATE.abandoned);
  }

  private set(name: 'state' | 'failure', value: number): void {
    this.numbers.setFloat64(offsetOf(name), value, true);
  }
}

const ENOSPC = 28;

function mistakeMessage(path: string, code: string, reason: string): string {
  if (code === 'EEXIST') return `${path} exists already: a recorder is never written over, choose another path`;
  return `${path}: the recorder cannot be made, ${reason}`;
}

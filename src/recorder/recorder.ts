import { lstatSync, unlinkSync } from '../host/files.js';
import { Buffer, DataView, Float64Array, JSON, Object, Set, Uint8Array } from '../host/intrinsics.js';
import { recorderError } from '../model/errors.js';
import type { RecorderChoice } from '../model/options.js';
import { SLOT_COUNT } from '../model/sample-layout.js';
import type { SampleMemory } from '../model/sampler.js';
import { formatWarning } from '../model/warnings.js';
import { type Binding, loadBinding, type NativeRecorder, NO_EXTERNAL_BUFFERS } from '../native/binding.js';
import { ROW_BYTES } from '../store/row-store.js';
import { CALL_CELLS, COUNTS, PlainMemory, type StateMemory } from '../store/state-memory.js';
import {
  BYTE_ORDER_MARK,
  BYTE_ORDER_OFFSET,
  COUNTS_OFFSET,
  FORMAT_VERSION,
  fitsFacts,
  type Geometry,
  geometry,
  HEAD_BYTES,
  labelRecordBytes,
  MAGIC,
  offsetOf,
  STATE,
  VERSION_OFFSET,
  writerPlaces,
} from './format.js';
import type { RecorderFacts } from './metadata.js';
import { isBoundToFolder, isFull, RecorderPaths } from './recorder-paths.js';
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

/** A recorder, or why there is none. The reason names the folder: with the file it would be another one each time. */
export type OpenedRecorder = { readonly recorder: Recorder } | { readonly recorder: null; readonly reason: string };

/**
 * Makes the recorder of a profiler. That it is not to be had here is no error: the profiler then runs in memory.
 *
 * @param maxRows most rows there will be
 * @throws {Error} `ERR_STAGEPROF_RECORDER` for a chosen path that is taken, or where no file can be made
 */
export function openRecorder(choice: RecorderChoice, maxRows: number): OpenedRecorder {
  const { binding, missing } = loadBinding();
  if (binding === null) return { recorder: null, reason: missing };
  const paths = new RecorderPaths(choice);
  const sizes = geometry(maxRows, 0);
  try {
    for (let path = paths.next(); path !== undefined; path = paths.next()) {
      const made = makeFile(binding, path, sizes);
      if (typeof made === 'object') {
        return { recorder: new Recorder(path, paths, choice.keep, made.native, made.header, sizes) };
      }
      if (made === undefined) return { recorder: null, reason: 'the thread is being terminated' };
      if (made === NO_EXTERNAL_BUFFERS) return { recorder: null, reason: NO_BUFFERS };
      const { code, reason } = systemFault(made);
      if (paths.isChosen && MISTAKES.has(code)) throw recorderError(mistakeMessage(path, code, reason));
      paths.failed(path, made);
      if (!isBoundToFolder(made)) break;
    }
  } catch (error) {
    if (paths.isChosen) throw error;
    return { recorder: null, reason: (error as Error).message };
  }
  return { recorder: null, reason: paths.reason };
}

interface MadeFile {
  readonly native: NativeRecorder;
  readonly header: ArrayBuffer;
}

/** The errno where there is none, `NO_EXTERNAL_BUFFERS`, or undefined where the thread is being terminated. */
function makeFile(binding: Binding, path: string, sizes: Geometry): MadeFile | number | undefined {
  const native = binding.recorderOpen(path, sizes.rows_offset + sizes.row_capacity * ROW_BYTES);
  if (typeof native !== 'object') return native;
  const header = native.expose(0, HEAD_BYTES);
  if (typeof header === 'object') return { native, header };
  native.close();
  // Just made, and by this process.
  unlinkSync(path);
  return header;
}

const NO_BUFFERS = 'this build of Node forbids memory that V8 has not allocated (its sandbox)';

/**
 * The state of a profiler in a mapped file. Where the file cannot grow it moves to another folder, and where there is none
 * the profiler goes on in memory.
 */
export class Recorder implements StateMemory {
  readonly counts: Float64Array;
  readonly sample: SampleMemory;
  readonly excluded: Float64Array;
  private readonly numbers: DataView;
  private inode: number | undefined;
  private readonly plain = new PlainMemory();
  private calls: ArrayBuffer | null = null;
  private labelsUsed = 0;
  private abandonedFor: string | null = null;
  /** Called once, where the recorder is given up after it has begun. */
  onLost: (() => void) | null = null;

  constructor(
    private path: string,
    private readonly paths: RecorderPaths,
    private readonly keep: boolean,
    private readonly native: NativeRecorder,
    private readonly header: ArrayBuffer,
    private readonly sizes: Geometry,
  ) {
    this.counts = new Float64Array(header, COUNTS_OFFSET, COUNTS.length);
    // The mapping stays as long as any buffer over it, and nobody else has this one.
    this.sample = { slots: new Float64Array(header, sizes.sample_offset, sizes.sample_cells), isPinned: true };
    this.excluded = new Float64Array(header, sizes.excluded_offset, SLOT_COUNT);
    this.numbers = new DataView(header);
    this.inode = lstatSync(path, { throwIfNoEntry: false })?.ino;
  }

  /** Why it is not where it was to be, or holds only what was until then. */
  warnings(): string[] {
    if (this.abandonedFor === null) return this.paths.warningsAt(this.path);
    return [formatWarning(`the recorder was given up, ${this.abandonedFor}`, 1)];
  }

  rows(bytes: number, before: ArrayBuffer): ArrayBuffer {
    const { rows_offset: offset, row_capacity: capacity } = this.sizes;
    if (this.abandonedFor === null) {
      const fits = bytes <= capacity * ROW_BYTES;
      const held = fits ? this.whereRoom(() => this.native.expose(offset, bytes)) : ENOSPC;
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
    const error = fits ? this.whereRoom(() => this.native.write(offset + this.labelsUsed, record)) : ENOSPC;
    if (error !== 0) this.abandon(error);
    this.labelsUsed += record.length;
  }

  /**
   * Makes the file one that can be read, and starts the readings.
   *
   * @param mask bits of the sampler of this thread, whose whole sample is taken with each reading
   */
  begin(facts: RecorderFacts, mask: number): void {
    if (this.abandonedFor !== null) {
      // It does not begin as a recorder: nobody could read it.
      this.removeFile();
      return;
    }
    const text = Buffer.from(JSON.stringify(facts));
    const { numbers } = this;
    const sizes: Geometry = { ...this.sizes, facts_bytes: text.length };
    const fits = fitsFacts(text.length);
    const error = fits ? this.whereRoom(() => this.native.write(sizes.facts_offset, text)) : ENOSPC;
    if (error !== 0) {
      this.abandon(error);
      this.removeFile();
      return;
    }
    for (const [name, size] of Object.entries(sizes) as [keyof Geometry, number][]) {
      numbers.setFloat64(offsetOf(name), size, true);
    }
    numbers.setUint32(VERSION_OFFSET, FORMAT_VERSION, true);
    numbers.setUint32(BYTE_ORDER_OFFSET, BYTE_ORDER_MARK, true);
    // What the readings are written to, which starting them would only find missing.
    this.whereRoom(() => this.native.expose(sizes.moments_offset, sizes.calls_offset - sizes.moments_offset));
    this.set('writer_failure', this.native.start(writerPlaces(sizes, mask)));
    // Last: before it, nobody takes the file for a recorder.
    new Uint8Array(this.header).set(Buffer.from(MAGIC, 'latin1'));
  }

  /** Stops the readings, and removes the file unless it is to be kept. The memory stays. Idempotent. */
  close(): void {
    if (this.numbers.getFloat64(offsetOf('state'), true) === STATE.open) this.set('state', STATE.closed);
    this.native.close();
    // Nobody asks for what is in the file and whole in the report; what was given up is not even whole.
    if (this.keep) return;
    this.removeFile();
  }

  private removeFile(): void {
    try {
      if (lstatSync(this.path).ino === this.inode) unlinkSync(this.path);
    } catch {
      // It is gone, or its folder can no longer be written to.
    }
  }

  /** Takes room in the file, in one folder after another where they are full. */
  private whereRoom<T>(take: () => T | number): T | number {
    for (;;) {
      const taken = take();
      if (typeof taken !== 'number' || !isFull(taken)) return taken;
      this.paths.failed(this.path, taken);
      if (!this.move()) return taken;
    }
  }

  private move(): boolean {
    for (let path = this.paths.next(); path !== undefined; path = this.paths.next()) {
      const error = this.native.move(path);
      if (error !== 0) {
        this.paths.failed(path, error);
        continue;
      }
      this.removeFile();
      this.path = path;
      this.inode = lstatSync(path, { throwIfNoEntry: false })?.ino;
      return true;
    }
    return false;
  }

  private callsFrom(place: number, bytes: number): ArrayBuffer | null {
    if (this.abandonedFor !== null || place + CALLS_AT_ONCE > this.sizes.call_capacity) return null;
    const offset = this.sizes.calls_offset + place * bytes;
    const held = this.whereRoom(() => this.native.expose(offset, CALLS_AT_ONCE * bytes));
    return typeof held === 'object' ? held : null;
  }

  private abandon(errno: number): void {
    const { reason } = systemFault(errno);
    this.abandonedFor = isFull(errno) ? this.paths.reason || reason : reason;
    this.set('failure', errno);
    this.set('state', STATE.abandoned);
    this.onLost?.();
    this.onLost = null;
  }

  private set(name: 'state' | 'failure' | 'writer_failure', value: number): void {
    this.numbers.setFloat64(offsetOf(name), value, true);
  }
}

const ENOSPC = 28;

function mistakeMessage(path: string, code: string, reason: string): string {
  if (code === 'EEXIST') return `${path} exists already: a recorder is never written over, choose another path`;
  return `${path}: the recorder cannot be made, ${reason}`;
}

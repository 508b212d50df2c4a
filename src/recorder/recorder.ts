import { Buffer } from '../host/buffer.js';
import { DataView, Float64Array, JSON, Object, Uint8Array } from '../host/intrinsics.js';
import { SLOT_COUNT } from '../model/sample-layout.js';
import type { SampleMemory } from '../model/sampler.js';
import { formatWarning } from '../model/warnings.js';
import { ROW_BYTES } from '../store/row-store.js';
import { CALL_CELLS, COUNTS, PlainMemory, type StateMemory } from '../store/state-memory.js';
import {
  COUNTS_OFFSET,
  ENDIANNESS_OFFSET,
  ENDIANNESS_WORD,
  FORMAT_VERSION,
  fitsMetadata,
  type Geometry,
  labelRecordBytes,
  MAGIC,
  offsetOf,
  STATE,
  VERSION_OFFSET,
  writerPositions,
} from './format.js';
import type { RecorderMetadata } from './metadata.js';
import type { RecorderFile } from './recorder-file.js';

/** Slots of open calls whose memory is taken at once. */
const CALLS_AT_ONCE = 16;

const ENOSPC = 28;

/** The state of a profiler in a mapped file. Where no folder has room for the file, the profiler goes on in memory. */
export class Recorder implements StateMemory {
  readonly counts: Float64Array;
  readonly sample: SampleMemory;
  readonly excluded: Float64Array;
  private readonly numbers: DataView;
  private readonly plain = new PlainMemory();
  private calls: ArrayBuffer | null = null;
  /** How many slots of open calls, from the first on, all have memory. */
  private callSlots = 0;
  private labelsUsed = 0;
  private abandonedFor: string | null = null;
  /** Called once, where the recorder is given up after it has begun. */
  onLost: (() => void) | null = null;

  constructor(
    private readonly file: RecorderFile,
    private readonly keep: boolean,
    private readonly header: ArrayBuffer,
    private readonly sizes: Geometry,
  ) {
    this.counts = new Float64Array(header, COUNTS_OFFSET, COUNTS.length);
    // The mapping stays as long as any buffer over it, and nobody else has this one.
    this.sample = { slots: new Float64Array(header, sizes.sample_offset, sizes.sample_cells), isPinned: true };
    this.excluded = new Float64Array(header, sizes.excluded_offset, SLOT_COUNT);
    this.numbers = new DataView(header);
  }

  /** Where the file is now. */
  get path(): string {
    return this.file.path;
  }

  /** Why the recorder is not where it was to be, or does not hold everything. */
  warnings(): string[] {
    if (this.abandonedFor === null) return this.file.warnings();
    return [formatWarning(`the recorder was given up, ${this.abandonedFor}`, 1)];
  }

  rows(bytes: number, before: ArrayBuffer): ArrayBuffer {
    const { rows_offset: offset, row_capacity: capacity } = this.sizes;
    if (this.abandonedFor === null) {
      const exposed = bytes <= capacity * ROW_BYTES ? this.file.expose(offset, bytes) : ENOSPC;
      if (typeof exposed === 'object') return exposed;
      this.abandon(exposed);
    }
    return this.plain.rows(bytes, before);
  }

  call(slot: number): Float64Array {
    const index = slot % CALLS_AT_ONCE;
    const bytes = CALL_CELLS * Float64Array.BYTES_PER_ELEMENT;
    if (index === 0) this.calls = this.callsFrom(slot, bytes);
    // More calls are open than the file has room for, or the disk is full: the rows count them all the same.
    if (this.calls === null) return this.plain.call(slot);
    return new Float64Array(this.calls, index * bytes, CALL_CELLS);
  }

  name(_row: number, path: string): void {
    if (this.abandonedFor !== null) return;
    const record = Buffer.alloc(labelRecordBytes(path.length));
    record.writeUInt32LE(path.length);
    // In units of 16 bits, since any string may be a label, also one with half of a surrogate pair.
    record.write(path, 8, 'utf16le');
    const { labels_offset: offset, labels_bytes: capacity } = this.sizes;
    const fits = this.labelsUsed + record.length <= capacity;
    const error = fits ? this.file.write(offset + this.labelsUsed, record) : ENOSPC;
    if (error !== 0) this.abandon(error);
    this.labelsUsed += record.length;
  }

  /**
   * Makes the file one that can be read, and starts the readings.
   *
   * @param mask bits of the sampler of this thread, whose whole sample is taken with each reading
   */
  begin(metadata: RecorderMetadata, mask: number): void {
    if (this.abandonedFor !== null) {
      // The file does not begin as a recorder: nobody could read it.
      this.file.remove();
      return;
    }
    const text = Buffer.from(JSON.stringify(metadata));
    const { numbers, file } = this;
    const sizes: Geometry = { ...this.sizes, metadata_bytes: text.length };
    const error = fitsMetadata(text.length) ? file.write(sizes.metadata_offset, text) : ENOSPC;
    if (error !== 0) {
      this.abandon(error);
      file.remove();
      return;
    }
    for (const [name, size] of Object.entries(sizes) as [keyof Geometry, number][]) {
      numbers.setFloat64(offsetOf(name), size, true);
    }
    numbers.setUint32(VERSION_OFFSET, FORMAT_VERSION, true);
    numbers.setUint32(ENDIANNESS_OFFSET, ENDIANNESS_WORD, true);
    // Takes the room of the readings, and moves the file for it if need be: to start without it would only fail.
    file.expose(sizes.moments_offset, sizes.calls_offset - sizes.moments_offset);
    this.set('writer_failure', file.start(writerPositions(sizes, mask)));
    // Last: before this, nobody takes the file for a recorder.
    new Uint8Array(this.header).set(Buffer.from(MAGIC, 'latin1'));
  }

  /** Stops the readings, and removes the file unless it is to be kept. The memory stays. Idempotent. */
  close(): void {
    if (this.numbers.getFloat64(offsetOf('state'), true) === STATE.open) this.set('state', STATE.closed);
    this.file.close();
    // The report has all that the file has, and a recorder that was given up has not even that.
    if (!this.keep) this.file.remove();
  }

  private callsFrom(slot: number, bytes: number): ArrayBuffer | null {
    if (this.abandonedFor !== null || slot + CALLS_AT_ONCE > this.sizes.call_capacity) return null;
    const exposed = this.file.expose(this.sizes.calls_offset + slot * bytes, CALLS_AT_ONCE * bytes);
    if (typeof exposed !== 'object') return null;
    // The thread that takes readings looks at every slot up to this number: without memory, in a full file system in
    // memory, a look would end the process with SIGBUS. So slots behind others that found no room are never told.
    if (slot === this.callSlots) {
      this.set('call_slots', slot + CALLS_AT_ONCE);
      this.callSlots = slot + CALLS_AT_ONCE;
    }
    return exposed;
  }

  private abandon(errno: number): void {
    this.abandonedFor = this.file.reasonOf(errno);
    this.set('failure', errno);
    this.set('state', STATE.abandoned);
    this.onLost?.();
    this.onLost = null;
  }

  private set(name: 'state' | 'failure' | 'writer_failure' | 'call_slots', value: number): void {
    this.numbers.setFloat64(offsetOf(name), value, true);
  }
}

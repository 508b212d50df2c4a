import { Atomics, Float64Array, Int32Array, SharedArrayBuffer } from '../host/intrinsics.js';

/**
 * Which stage ran when on one thread: the last entries of a log in shared memory. The thread writes, the sampling thread
 * reads. A reader that comes too late finds that entries are missing; the writer never waits and allocates nothing.
 *
 * Used inside programs.
 */
export interface StageRing {
  /** How many entries were written, modulo 2^32. */
  readonly written: Int32Array;
  readonly cells: Float64Array;
}

/** The cells of an entry: an instant of CLOCK_MONOTONIC in us, the stage that runs from then on, and the thread's CPU in us. */
export const ENTRY_CELLS = 3;

/** Entries kept between two readings. Each takes 24 bytes, of which only those that are written become resident. */
const ENTRIES = 2 ** 15;

/** The stage of code outside any stage. */
export const OUTSIDE_ID = 0;

export function makeRing(): StageRing {
  return {
    written: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
    cells: new Float64Array(new SharedArrayBuffer(ENTRIES * ENTRY_CELLS * Float64Array.BYTES_PER_ELEMENT)),
  };
}

/** @param cpuUs NaN where it is not read */
export function writeEntry({ written, cells }: StageRing, timeUs: number, stage: number, cpuUs: number): void {
  const count = written[0]!;
  const cell = (count & (ENTRIES - 1)) * ENTRY_CELLS;
  cells[cell] = timeUs;
  cells[cell + 1] = stage;
  cells[cell + 2] = cpuUs;
  Atomics.store(written, 0, (count + 1) | 0);
}

/** Reads the entries of a ring one after another. */
export class RingReader {
  private read = 0;
  /** Entries that were overwritten before they were read. */
  lost = 0;

  constructor(private readonly ring: StageRing) {}

  /** Calls `take` with each new entry, the oldest first. */
  drain(take: (timeUs: number, stage: number, cpuUs: number) => void): void {
    const { cells, written } = this.ring;
    const entries = cells.length / ENTRY_CELLS;
    const head = Atomics.load(written, 0) >>> 0;
    let count = (head - this.read) >>> 0;
    // The writer may be on its way round: entries next to the oldest are left out too.
    const kept = entries - 1024;
    if (count > kept) {
      this.lost += count - kept;
      count = kept;
    }
    for (let index = (head - count) >>> 0; count > 0; count--, index = (index + 1) >>> 0) {
      const cell = (index & (entries - 1)) * ENTRY_CELLS;
      take(cells[cell]!, cells[cell + 1]!, cells[cell + 2]!);
    }
    this.read = head;
  }
}

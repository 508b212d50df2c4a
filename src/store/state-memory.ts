import { ArrayBuffer, Float64Array, Object, Uint8Array } from '../host/intrinsics.js';
import { SAMPLE_LENGTH, SLOT_COUNT } from '../model/sample-layout.js';
import { plainSampleMemory, type SampleMemory } from '../model/sampler.js';

/** What is counted or added up beside the rows. */
export const COUNTS = [
  /** Rows whose labels are known. */
  'rows',
  'labels_folded',
  'ended_out_of_order',
  'started_late',
  'open_across_await',
  'out_of_stack',
  'not_measured',
  /** The row of the first handle that was open across an await; 0 for none. */
  'first_across_await',
  /** What the profiler itself has cost, in nanoseconds, and the part of it that is in the elapsed times of stages. */
  'own_ns',
  'own_inner_ns',
] as const;

export type CountName = (typeof COUNTS)[number];

export const countIndex = Object.fromEntries(COUNTS.map((name, index) => [name, index])) as Readonly<
  Record<CountName, number>
>;

/** Cells of a call after its entry sample. */
export const CALL_TAIL = ['use', 'parent', 'covered_wall', 'covered_cpu', 'since_wall', 'since_cpu'] as const;

const callIndex = Object.fromEntries(CALL_TAIL.map((name, index) => [name, SAMPLE_LENGTH + index])) as Readonly<
  Record<(typeof CALL_TAIL)[number], number>
>;

/**
 * 0 for a call that is not open, or has not been entered; the row of the call plus one while it is open; minus that
 * while it is being added to its row. It is one cell because every stage pays for each store.
 */
export const CALL_USE = callIndex.use;
/** The position of its parent in the pool; negative without one. */
export const CALL_PARENT = callIndex.parent;
/** Both are `[wall, process CPU]` in nanoseconds: `OpenCall.covered` and `OpenCall.coveredSince`. */
export const CALL_COVERED = callIndex.covered_wall;
export const CALL_SINCE = callIndex.since_wall;

export const CALL_CELLS = SAMPLE_LENGTH + CALL_TAIL.length;

/**
 * Where the running state of a profiler lives: memory of this process, or a mapped file that outlives it. Its users
 * write in such an order that the state can be read at any moment.
 */
export interface StateMemory {
  /** One cell for each of `COUNTS`. */
  readonly counts: Float64Array;
  /** What the sampler fills: the sample of the last boundary. */
  readonly sample: SampleMemory;
  /** What forced collections have cost so far, by slot. */
  readonly excluded: Float64Array;
  /**
   * Memory of so many bytes for the rows. It begins with the contents of `before`, which is then not used any more, unless
   * a later step fails: then this is called again. The rest is zero.
   */
  rows(bytes: number, before: ArrayBuffer): ArrayBuffer;
  /**
   * Cells of an open call, `CALL_CELLS` long. Called for each position in the pool, rising from 0; for one again where a
   * later step failed.
   */
  call(poolIndex: number): Float64Array;
  /** Called for each row, in their order, when the row can be read. Where it fails, it is called again. */
  name(row: number, path: string): void;
}

/** Memory of this process. */
export class PlainMemory implements StateMemory {
  readonly counts = new Float64Array(COUNTS.length);
  readonly sample = plainSampleMemory();
  readonly excluded = new Float64Array(SLOT_COUNT);

  rows(bytes: number, before: ArrayBuffer): ArrayBuffer {
    const larger = new ArrayBuffer(bytes);
    new Uint8Array(larger).set(new Uint8Array(before));
    return larger;
  }

  call(_poolIndex: number): Float64Array {
    return new Float64Array(CALL_CELLS);
  }

  name(_row: number, _path: string): void {}
}

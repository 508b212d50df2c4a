import { Float64Array, Math } from '../host/intrinsics.js';
import { KeyTable } from './key-table.js';
import { SAMPLE_TYPES } from './sample-types.js';

const STAGE = 0;
const THREAD = 1;
const STACK = 2;
const VALUES = SAMPLE_TYPES.length;

/**
 * One row for each stage, thread and stack that were sampled together, numbered from 1, with a value for each sample type.
 *
 * Used inside programs and by the command line.
 */
export class SampleRows {
  private readonly keys: KeyTable;
  /** Sums are exact up to 2^53, which is 104 days of CPU time, and correct to 16 digits above. */
  private values = new Float64Array(64 * VALUES);

  constructor(seed = 0) {
    this.keys = new KeyTable(3, seed);
  }

  get length(): number {
    return this.keys.length;
  }

  /** @returns 0 if there is no such row */
  find(stage: number, thread: number, stack: number): number {
    this.put(stage, thread, stack);
    return this.keys.find();
  }

  /**
   * @param stage id of the text of the label
   * @param thread id of the text of the thread's name
   */
  intern(stage: number, thread: number, stack: number): number {
    this.put(stage, thread, stack);
    const row = this.keys.intern();
    if (row * VALUES > this.values.length) {
      const values = new Float64Array(this.values.length * 2);
      values.set(this.values);
      this.values = values;
    }
    return row;
  }

  stage(row: number): number {
    return this.keys.word(row, STAGE);
  }

  thread(row: number): number {
    return this.keys.word(row, THREAD);
  }

  stack(row: number): number {
    return this.keys.word(row, STACK);
  }

  /** @param type the index in `SAMPLE_TYPES` */
  value(row: number, type: number): number {
    return this.values[(row - 1) * VALUES + type]!;
  }

  /** Adds a value, rounded because files have whole numbers. A value that is not above zero, or is NaN, adds nothing. */
  add(row: number, type: number, value: number): void {
    if (value > 0) this.values[(row - 1) * VALUES + type]! += Math.round(value);
  }

  /** Replaces a value, which is rounded as `add` does. */
  set(row: number, type: number, value: number): void {
    this.values[(row - 1) * VALUES + type] = value > 0 ? Math.round(value) : 0;
  }

  private put(stage: number, thread: number, stack: number): void {
    const { key } = this.keys;
    key[STAGE] = stage;
    key[THREAD] = thread;
    key[STACK] = stack;
  }
}

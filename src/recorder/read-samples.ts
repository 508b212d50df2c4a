import { Float64Array, Math, Number } from '../host/intrinsics.js';
import { ACCOUNT, ACCOUNT_LENGTH, MODULE_CELLS, SAMPLE_LENGTH, SLOT_COUNT, SLOTS } from '../model/sample-layout.js';
import type { RecorderBytes } from './file-bytes.js';
import { type Geometry, isPossible } from './format.js';
import type { RecorderFacts } from './metadata.js';

/** Samples as this version lays them out; NaN where the file has nothing that can be. */
export interface RecordedSamples {
  /** That of the last boundary of a stage, as it was folded; null before the first. */
  readonly boundary: Float64Array | null;
  /** That of the last reading, as it was read: forced collections are in it. Peaks are since the start. Null for none. */
  readonly moment: Float64Array | null;
  /** Who held the resident set then, `ACCOUNT_LENGTH` cells; null for none. */
  readonly account: Float64Array | null;
  /** What forced collections have cost so far, by slot. */
  readonly excluded: Float64Array;
}

const WALL = SLOTS.indexOf('wall_ns');

/** Puts the cells of a sample that a file holds where this version has them. */
export class SampleReader {
  readonly #slots: readonly number[];
  readonly #account: readonly number[];
  readonly #modules: number;
  readonly #tail: number;

  constructor({ slots, account, module_cells }: RecorderFacts) {
    this.#slots = SLOTS.map((name) => slots.indexOf(name));
    this.#account = ACCOUNT.map((name) => account.indexOf(name));
    this.#modules = slots.length;
    this.#tail = Math.min(MODULE_CELLS, module_cells);
  }

  /** @param at where the sample begins in `held`, in bytes */
  sample(held: Buffer, at: number): Float64Array {
    const sample = new Float64Array(SAMPLE_LENGTH).fill(Number.NaN);
    this.#slots.forEach((place, slot) => {
      sample[slot] = amountAt(held, at, place);
    });
    for (let module = 0; module < this.#tail; module++) {
      sample[SLOT_COUNT + module] = amountAt(held, at, this.#modules + module);
    }
    // The flag, and the two counts of readings.
    for (let cell = SLOT_COUNT + MODULE_CELLS; cell < SAMPLE_LENGTH; cell++) {
      sample[cell] = amountAt(held, at, this.#modules + this.#tail + cell - SLOT_COUNT - MODULE_CELLS);
    }
    return sample;
  }

  account(held: Buffer, at: number): Float64Array {
    const account = new Float64Array(ACCOUNT_LENGTH).fill(Number.NaN);
    this.#account.forEach((place, cell) => {
      account[cell] = amountAt(held, at, place);
    });
    for (let module = 0; module < this.#tail; module++) {
      account[ACCOUNT.length + module] = amountAt(held, at, this.#account.length + module);
    }
    return account;
  }
}

export function readSamples(
  bytes: RecorderBytes,
  sizes: Geometry,
  facts: RecorderFacts,
  momentCount: number,
): RecordedSamples {
  const reader = new SampleReader(facts);
  const boundary = reader.sample(bytes.read(sizes.sample_offset, sizes.sample_cells * 8), 0);
  const excluded = bytes.read(sizes.excluded_offset, facts.slots.length * 8);
  const counted = Number.isSafeInteger(momentCount) && momentCount > 0;
  const held = counted
    ? bytes.read(sizes.moments_offset + ((momentCount - 1) % 2) * sizes.moment_cells * 8, sizes.moment_cells * 8)
    : null;
  const moment = held === null ? null : reader.sample(held, 0);
  const isThere = (sample: Float64Array | null): boolean => sample !== null && sample[WALL]! > 0;
  return {
    boundary: isThere(boundary) ? boundary : null,
    moment: isThere(moment) ? moment : null,
    account: held !== null && isThere(moment) ? reader.account(held, sizes.sample_cells * 8) : null,
    excluded: Float64Array.from(SLOTS, (name) => {
      const cost = amountAt(excluded, 0, facts.slots.indexOf(name));
      return Number.isNaN(cost) ? 0 : cost;
    }),
  };
}

/** A level may be some bytes below zero: what is live, less Buffers that another thread just frees. */
function amountAt(held: Buffer, at: number, place: number): number {
  const offset = at + place * 8;
  if (place < 0 || offset + 8 > held.length) return Number.NaN;
  const value = held.readDoubleLE(offset);
  return isPossible(Math.abs(value)) ? value : Number.NaN;
}

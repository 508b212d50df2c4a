import { Float64Array, Math, Number, Uint8Array } from '../host/intrinsics.js';
import {
  ACCOUNT,
  ACCOUNT_FILES,
  ACCOUNT_FILES_AT,
  ACCOUNT_LENGTH,
  FILE_NAME_CELLS,
  LIVE_CELLS,
  MODULE_CELLS,
  SAMPLE_LENGTH,
  SLOT_COUNT,
  SLOTS,
  WAITED_CELL,
} from '../model/sample-layout.js';
import type { RecorderBytes } from './file-bytes.js';
import { type Geometry, isPossible } from './format.js';
import type { RecorderMetadata } from './metadata.js';

/** Samples in the layout of this version. NaN where the file has no possible value. */
export interface RecordedSamples {
  /** The sample of the last boundary of a stage, as it was folded; null before the first. */
  readonly boundary: Float64Array | null;
  /** The sample of the last reading, forced collections included. Peaks are since the start. Null for none. */
  readonly moment: Float64Array | null;
  /** What the resident set consisted of then, in `ACCOUNT_LENGTH` cells; null for none. */
  readonly account: Float64Array | null;
  /** The same at the reading with the highest resident set so far. */
  readonly peakAccount: Float64Array | null;
  /** What forced collections have cost so far, by slot. */
  readonly excluded: Float64Array;
}

const WALL = SLOTS.indexOf('wall_ns');

/** Brings the samples of a file into the layout of this version. */
export class SampleReader {
  readonly #slots: readonly number[];
  readonly #account: readonly number[];
  /** Where in a sample of the file the cells of modules begin, those of their live bytes, and the last ones. */
  readonly #modulesAt: number;
  readonly #liveAt: number;
  readonly #lastAt: number;
  /** Where in an account of the file the cells of modules begin, and those of files. */
  readonly #accountModulesAt: number;
  readonly #accountFilesAt: number;
  /** How many of each are taken: as many as both this version and the file have. */
  readonly #moduleCells: number;
  readonly #liveCells: number;
  readonly #lastCells: number;
  readonly #files: number;

  constructor(
    { slots, account, module_cells, live_cells, account_files }: RecorderMetadata,
    { sample_cells }: Pick<Geometry, 'sample_cells'>,
  ) {
    this.#slots = SLOTS.map((name) => slots.indexOf(name));
    this.#account = ACCOUNT.map((name) => account.indexOf(name));
    this.#modulesAt = slots.length;
    this.#liveAt = this.#modulesAt + module_cells;
    this.#lastAt = this.#liveAt + live_cells;
    this.#accountModulesAt = account.length;
    this.#accountFilesAt = this.#accountModulesAt + module_cells;
    this.#moduleCells = Math.min(MODULE_CELLS, module_cells);
    this.#liveCells = Math.min(MODULE_CELLS, live_cells);
    this.#lastCells = Math.min(SAMPLE_LENGTH - WAITED_CELL, sample_cells - this.#lastAt);
    this.#files = Math.min(ACCOUNT_FILES, account_files);
  }

  /** @param at where the sample begins in `raw`, in bytes */
  sample(raw: Buffer, at: number): Float64Array {
    const sample = new Float64Array(SAMPLE_LENGTH).fill(Number.NaN);
    this.#slots.forEach((position, slot) => {
      sample[slot] = amountAt(raw, at, position);
    });
    for (let module = 0; module < this.#moduleCells; module++) {
      sample[SLOT_COUNT + module] = amountAt(raw, at, this.#modulesAt + module);
    }
    for (let module = 0; module < this.#liveCells; module++) {
      sample[LIVE_CELLS + module] = amountAt(raw, at, this.#liveAt + module);
    }
    // The last cells: the flag, and the counts of readings and of entries.
    for (let cell = 0; cell < this.#lastCells; cell++) {
      sample[WAITED_CELL + cell] = amountAt(raw, at, this.#lastAt + cell);
    }
    return sample;
  }

  account(raw: Buffer, at: number): Float64Array {
    const account = new Float64Array(ACCOUNT_LENGTH).fill(Number.NaN);
    this.#account.forEach((position, cell) => {
      account[cell] = amountAt(raw, at, position);
    });
    for (let module = 0; module < this.#moduleCells; module++) {
      account[ACCOUNT.length + module] = amountAt(raw, at, this.#accountModulesAt + module);
    }
    const filesAt = at + this.#accountFilesAt * 8;
    for (let file = 0; file < this.#files; file++) this.#file(raw, filesAt, file, account);
    return account;
  }

  /** The name of a file stands in cells that are no numbers. */
  #file(raw: Buffer, filesAt: number, file: number, account: Float64Array): void {
    const cells = 1 + FILE_NAME_CELLS;
    const from = filesAt + file * cells * 8;
    if (from + cells * 8 > raw.length) return;
    const to = ACCOUNT_FILES_AT + file * cells;
    account[to] = amountAt(raw, from, 0);
    raw.copy(new Uint8Array(account.buffer), (to + 1) * 8, from + 8, from + cells * 8);
  }
}

export function readSamples(
  bytes: RecorderBytes,
  sizes: Geometry,
  metadata: RecorderMetadata,
  momentCount: number,
): RecordedSamples {
  const reader = new SampleReader(metadata, sizes);
  const boundary = reader.sample(bytes.read(sizes.sample_offset, sizes.sample_cells * 8), 0);
  const excluded = bytes.read(sizes.excluded_offset, metadata.slots.length * 8);
  const counted = Number.isSafeInteger(momentCount) && momentCount > 0;
  const raw = counted
    ? bytes.read(sizes.moments_offset + ((momentCount - 1) % 2) * sizes.moment_cells * 8, sizes.moment_cells * 8)
    : null;
  // Without the account, whose cells follow.
  const moment = raw === null ? null : reader.sample(raw.subarray(0, sizes.sample_cells * 8), 0);
  const isThere = (sample: Float64Array | null): boolean => sample !== null && sample[WALL]! > 0;
  return {
    boundary: isThere(boundary) ? boundary : null,
    moment: isThere(moment) ? moment : null,
    account: raw !== null && isThere(moment) ? reader.account(raw, sizes.sample_cells * 8) : null,
    peakAccount:
      raw !== null && isThere(moment) ? reader.account(raw, ((sizes.sample_cells + sizes.moment_cells) / 2) * 8) : null,
    excluded: Float64Array.from(SLOTS, (name) => {
      const cost = amountAt(excluded, 0, metadata.slots.indexOf(name));
      return Number.isNaN(cost) ? 0 : cost;
    }),
  };
}

/** A level may be slightly below zero: it is live memory without Buffers, which another thread may just have freed. */
function amountAt(raw: Buffer, at: number, position: number): number {
  const offset = at + position * 8;
  if (position < 0 || offset + 8 > raw.length) return Number.NaN;
  const value = raw.readDoubleLE(offset);
  return isPossible(Math.abs(value)) ? value : Number.NaN;
}

import { expect, test } from 'vitest';
import {
  ACCOUNT,
  ACCOUNT_FILES,
  ACCOUNT_FILES_AT,
  FILE_NAME_CELLS,
  LIVE_CELLS,
  MODULE_CELLS,
  SAMPLE_LENGTH,
  SLOT_COUNT,
  SLOTS,
  WAITED_CELL,
} from '../../src/model/sample-layout.js';
import type { RecorderMetadata } from '../../src/recorder/metadata.js';
import { SampleReader } from '../../src/recorder/read-samples.js';

/** How many of what a file has. */
interface Layout {
  readonly modules: number;
  readonly live: number;
  readonly last: number;
  readonly files: number;
  /** Slots and cells of the account that this version does not know. */
  readonly unknown: number;
}

const LAST = SAMPLE_LENGTH - WAITED_CELL;

const OURS: Layout = { modules: MODULE_CELLS, live: MODULE_CELLS, last: LAST, files: ACCOUNT_FILES, unknown: 0 };

/** So many numbers from one on, and after them NaN. */
function numbers(from: number, count: number, length = count): number[] {
  return Array.from({ length }, (_, index) => (index < count ? from + index : Number.NaN));
}

function bytesOf(cells: readonly number[]): Buffer {
  return Buffer.from(Float64Array.from(cells).buffer);
}

function readerOf({ modules, live, last, files, unknown }: Layout): SampleReader {
  const unknownNames = Array.from({ length: unknown }, (_, index) => `future_${index}`);
  const metadata = {
    slots: [...unknownNames, ...SLOTS],
    account: [...ACCOUNT, ...unknownNames],
    module_cells: modules,
    live_cells: live,
    account_files: files,
  } as unknown as RecorderMetadata;
  return new SampleReader(metadata, { sample_cells: unknown + SLOT_COUNT + modules + live + last });
}

const layouts: [name: string, layout: Layout][] = [
  ['of this version', OURS],
  ['with more modules', { ...OURS, modules: MODULE_CELLS + 36, live: MODULE_CELLS + 16 }],
  ['with fewer modules', { ...OURS, modules: 3, live: 2 }],
  ['without live bytes', { ...OURS, modules: MODULE_CELLS + 1, live: 0 }],
  ['with other slots', { ...OURS, unknown: 5 }],
  ['with fewer cells at the end', { ...OURS, last: LAST - 2 }],
  ['with more cells at the end', { ...OURS, last: LAST + 2 }],
  ['with more files', { ...OURS, modules: MODULE_CELLS + 1, files: ACCOUNT_FILES + 3 }],
  ['with fewer files', { ...OURS, files: 1 }],
];

test.each(layouts)('a sample of a file %s is read from the places of that file', (_, layout) => {
  const { modules, live, last, unknown } = layout;
  const raw = bytesOf([
    ...numbers(-500, unknown),
    ...numbers(100, SLOT_COUNT),
    ...numbers(1000, modules),
    ...numbers(2000, live),
    ...numbers(3000, last),
    // What comes after the sample of an entry: `call_tail`.
    ...numbers(-1000, 6),
  ]);
  const sample = readerOf(layout).sample(raw, 0);
  expect([...sample.subarray(0, SLOT_COUNT)]).toEqual(numbers(100, SLOT_COUNT));
  expect([...sample.subarray(SLOT_COUNT, LIVE_CELLS)]).toEqual(numbers(1000, modules, MODULE_CELLS));
  expect([...sample.subarray(LIVE_CELLS, WAITED_CELL)]).toEqual(numbers(2000, live, MODULE_CELLS));
  expect([...sample.subarray(WAITED_CELL)]).toEqual(numbers(3000, last, LAST));
});

test.each(layouts)('an account of a file %s is read from the places of that file', (_, layout) => {
  const { modules, files, unknown } = layout;
  const nameOf = (file: number) => `lib${file}.so`.padEnd(FILE_NAME_CELLS * 8, '\0');
  const raw = Buffer.concat([
    bytesOf([...numbers(100, ACCOUNT.length), ...numbers(-500, unknown), ...numbers(1000, modules)]),
    ...Array.from({ length: files }, (_, file) => Buffer.concat([bytesOf([4000 + file]), Buffer.from(nameOf(file))])),
  ]);
  const account = readerOf(layout).account(raw, 0);
  expect([...account.subarray(0, ACCOUNT.length)]).toEqual(numbers(100, ACCOUNT.length));
  expect([...account.subarray(ACCOUNT.length, ACCOUNT_FILES_AT)]).toEqual(numbers(1000, modules, MODULE_CELLS));
  const cells = 1 + FILE_NAME_CELLS;
  for (let file = 0; file < Math.min(files, ACCOUNT_FILES); file++) {
    const at = ACCOUNT_FILES_AT + file * cells;
    expect(account[at]).toBe(4000 + file);
    expect(Buffer.from(account.buffer, (at + 1) * 8, FILE_NAME_CELLS * 8).toString()).toBe(nameOf(file));
  }
  if (files < ACCOUNT_FILES) expect(account[ACCOUNT_FILES_AT + files * cells]).toBeNaN();
});

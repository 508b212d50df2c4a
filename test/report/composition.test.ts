import { describe, expect, test } from 'vitest';
import { PARTS } from '../../src/model/composition.js';
import { notesOf } from '../../src/render/notes.js';
import { composeKib } from '../../src/report/composition.js';
import { mergeReports } from '../../src/report/merge.js';
import { report } from '../support/report-fixture.js';

const MIB = 1024 * 1024;
const BYTES = {
  rss: 100 * MIB,
  jsHeap: 20 * MIB,
  workerHeaps: 0,
  leavingHeaps: 0,
  strings: Number.NaN,
  wasm: 0,
  buffers: 10 * MIB,
  native: 15 * MIB,
  allocatorFree: 5 * MIB,
  mapped: 8 * MIB,
  files: 1 * MIB,
  code: 24 * MIB,
  stacks: 3 * MIB,
  shared: 2 * MIB,
  mappedByModule: [
    ['duckdb/duckdb.node', 6 * MIB],
    ['duckdb/duckdb.node', 2 * MIB],
  ],
  largestFiles: [['/data/a.mdb', 1 * MIB]],
  mappingsAgeNs: 0,
  ageNs: 0,
} as const;

test('the parts and the residual add up to the resident set', () => {
  const composition = composeKib(BYTES);
  const sum = PARTS.reduce((total, { part }) => total + (composition[part] ?? 0), composition.other_kb!);
  expect(composition).toMatchObject({ rss_kb: 102_400, other_kb: 12_288 });
  expect(sum).toBe(102_400);
  expect(composition).toMatchObject({ strings_kb: null, wasm_kb: 0, files: { '/data/a.mdb': 1024 } });
  expect(composition.mapped_modules).toEqual({ 'duckdb/duckdb.node': 8_192 });
});

test('a part that is not known is null, and its memory is in the residual', () => {
  const composition = composeKib({ ...BYTES, allocatorFree: Number.NaN, mapped: Number.NaN, mappedByModule: [] });
  expect(composition).toMatchObject({ allocator_free_kb: null, mapped_kb: null, other_kb: 12_288 + 13_312 });
});

test('what is free in the allocator is at most what the other parts leave of the resident set', () => {
  // 100 MiB less 20 + 10 + 25 + 8 + 30.
  expect(composeKib({ ...BYTES, native: 25 * MIB, allocatorFree: 510 * MIB })).toMatchObject({
    allocator_free_kb: 7 * 1024,
    other_kb: 0,
  });
  expect(composeKib({ ...BYTES, rss: Number.NaN, allocatorFree: 510 * MIB })).toMatchObject({
    allocator_free_kb: 510 * 1024,
    other_kb: null,
  });
  expect(composeKib({ ...BYTES, allocatorFree: Number.NaN }).allocator_free_kb).toBeNull();
});

test('the heap of a thread that has just ended has what nobody else has, as far as it is still there', () => {
  expect(composeKib({ ...BYTES, leavingHeaps: 4 * MIB })).toMatchObject({ worker_heaps_kb: 4_096, other_kb: 8_192 });
  expect(composeKib({ ...BYTES, workerHeaps: 2 * MIB, leavingHeaps: 50 * MIB })).toMatchObject({
    worker_heaps_kb: 12_288,
    allocator_free_kb: 5_120,
    other_kb: 0,
  });
  expect(composeKib({ ...BYTES, rss: Number.NaN, leavingHeaps: 4 * MIB }).worker_heaps_kb).toBe(0);
});

test('strings are no live native blocks', () => {
  expect(composeKib({ ...BYTES, strings: 5 * MIB })).toMatchObject({ strings_kb: 5_120, native_kb: 10_240 });
  // The look at them may be older than the blocks.
  expect(composeKib({ ...BYTES, strings: 20 * MIB })).toMatchObject({ native_kb: 0 });
});

describe('memory that was handed out but not touched', () => {
  test('is taken from the larger of live blocks and Buffers', () => {
    // 100 MiB less 20 + 10 + 8 + 30 leave 32 for 70 that are live.
    expect(composeKib({ ...BYTES, native: 70 * MIB })).toMatchObject({
      native_kb: 32 * 1024,
      buffers_kb: 10 * 1024,
      allocator_free_kb: 0,
      other_kb: 0,
    });
    expect(composeKib({ ...BYTES, buffers: 70 * MIB })).toMatchObject({
      native_kb: 15 * 1024,
      buffers_kb: 27 * 1024,
      other_kb: 0,
    });
  });

  test('is taken from the other one too where that is not enough', () => {
    expect(composeKib({ ...BYTES, native: 70 * MIB, code: 60 * MIB })).toMatchObject({
      native_kb: 0,
      buffers_kb: 6 * 1024,
      other_kb: 0,
    });
  });

  test('is taken first from what modules had mapped when that is older than the resident set', () => {
    const since = { ...BYTES, buffers: 37 * MIB, mappingsAgeNs: 5e8, ageNs: 5e8 };
    // 100 MiB less 20 + 37 + 15 + 30 leave no more than -2 for the 8 that were mapped.
    expect(composeKib(since)).toMatchObject({ mapped_kb: 0, buffers_kb: 35 * 1024, mapped_modules: {}, other_kb: 0 });
    expect(composeKib({ ...since, buffers: 30 * MIB })).toMatchObject({
      mapped_kb: 5 * 1024,
      buffers_kb: 30 * 1024,
      mapped_modules: { 'duckdb/duckdb.node': 5 * 1024 },
    });
  });

  test('is not taken from mapped files whose pages are resident still', () => {
    const mapped = { ...BYTES, files: 20 * MIB, filePages: 46 * MIB, mappingsAgeNs: 5e8 };
    // 20 + 10 + 70 + 8 + 20 + 24 + 3 + 2 are 57 too many.
    expect(composeKib({ ...mapped, native: 70 * MIB })).toMatchObject({
      files_kb: 20 * 1024,
      mapped_kb: 0,
      native_kb: 21 * 1024,
      other_kb: 0,
    });
  });

  test('leaves a residual below zero where neither has so much', () => {
    const composition = composeKib({ ...BYTES, native: 1 * MIB, buffers: 0, code: 80 * MIB });
    expect(composition).toMatchObject({ native_kb: 0, buffers_kb: 0, other_kb: -14 * 1024 });
    const notes = notesOf(report({ composition }), { columns: [], rowsShown: 9 });
    expect(notes.find(({ key }) => key === 'memory')?.text).toMatch(/ - 14.0 MiB not resident$/);
  });
});

describe('what was given back since it was read', () => {
  // A file was unmapped just before the end: 160 MiB are in the list of mappings, and no more than its code is resident.
  const unmapped = {
    rss: 125_976 * 1024,
    jsHeap: 10_740 * 1024,
    workerHeaps: 14_904 * 1024,
    leavingHeaps: 0,
    strings: Number.NaN,
    buffers: 49_204 * 1024,
    native: 4_751 * 1024,
    wasm: 0,
    allocatorFree: 900 * 1024,
    mapped: 0,
    files: 163_896 * 1024,
    code: 45_048 * 1024,
    stacks: 284 * 1024,
    shared: 0,
    mappedByModule: [],
    largestFiles: [['/data/file', 163_840 * 1024]],
    mappingsAgeNs: 34e7,
    ageNs: 34e7,
  } as const;

  test('is no part of the mapped files', () => {
    expect(composeKib({ ...unmapped, filePages: 44_800 * 1024 })).toMatchObject({
      files_kb: 1_045,
      buffers_kb: 49_204,
      native_kb: 4_751,
      other_kb: 0,
      files: { '/data/file': 1_045 },
    });
  });

  test('is no more than the process has of pages of files, and no less', () => {
    // The list of mappings was read before 90 MiB of the file were.
    const sooner = { ...unmapped, rss: 300_000 * 1024, files: 30_772 * 1024, filePages: 168_000 * 1024 };
    expect(composeKib(sooner).files_kb).toBe(168_000 - 45_048);
  });

  test('is not known to be of files where their pages were not counted, or were counted at another moment', () => {
    expect(composeKib(unmapped).files_kb).toBe(163_896);
    expect(composeKib({ ...unmapped, filePages: 44_800 * 1024, mappingsAgeNs: 0 }).files_kb).toBe(163_896);
  });

  // A collection freed 90 MiB at the end of the only stage.
  const collected = {
    ...BYTES,
    rss: 141_516 * 1024,
    jsHeap: 105_296 * 1024,
    buffers: 0,
    native: 2_800 * 1024,
    mapped: 0,
    files: 48 * 1024,
    code: 42_980 * 1024,
    stacks: 248 * 1024,
    shared: 0,
    mappedByModule: [],
    largestFiles: [],
  };

  test('is no part of the JS heap, of which no less than what is used is told', () => {
    expect(composeKib({ ...collected, jsUsed: 6_000 * 1024 })).toMatchObject({ js_heap_kb: 98_240, other_kb: 0 });
    expect(composeKib({ ...collected, jsUsed: 101_000 * 1024 })).toMatchObject({
      js_heap_kb: 101_000,
      other_kb: -2_760,
    });
    expect(composeKib(collected)).toMatchObject({ js_heap_kb: 105_296, other_kb: -7_056 });
  });
});

test('without a resident set there is no residual', () => {
  expect(composeKib({ ...BYTES, rss: Number.NaN })).toMatchObject({ rss_kb: null, other_kb: null });
});

test('merged reports keep the composition of the largest resident set, whichever comes first', () => {
  const [small, large] = [composeKib({ ...BYTES, rss: 90 * MIB }), composeKib(BYTES)];
  const reports = [small, null, large, small].map((composition) => report({ composition }));
  expect(mergeReports(reports).composition).toEqual(large);
  expect(mergeReports(reports.reverse()).composition).toEqual(large);
});

test('a note names the parts that are known and not zero', () => {
  const composition = composeKib({ ...BYTES, mapped: Number.NaN, mappedByModule: [] });
  const notes = notesOf(report({ composition }), { columns: [], rowsShown: 9 });
  expect(notes.find(({ key }) => key === 'memory')?.text).toBe(
    '100 MiB = JS heap 20.0 MiB + buffers 10.0 MiB + native 15.0 MiB + allocator 5.00 MiB + files 1.00 MiB + code 24.0 MiB + stacks 3.00 MiB + shared 2.00 MiB + other 20.0 MiB',
  );
});

test('the note says if more was resident at another moment', () => {
  const textWith = (rss_kb_now: number | null) =>
    notesOf(report({ composition: composeKib(BYTES), rss_kb_now }), { columns: [], rowsShown: 9 }).find(
      ({ key }) => key === 'memory',
    )!.text;
  expect(textWith(200 * 1024)).toMatch(/; not looked at when 200 MiB were resident$/);
  for (const near of [110_000, 100_000, null]) expect(textWith(near)).not.toContain('looked at');
});

import { expect, test } from 'vitest';
import { PARTS } from '../../src/model/composition.js';
import { notesOf } from '../../src/render/notes.js';
import { composeKib } from '../../src/report/composition.js';
import { mergeReports } from '../../src/report/merge.js';
import { report } from '../support/report-fixture.js';

const MIB = 1024 * 1024;
const BYTES = {
  rss: 100 * MIB,
  jsHeap: 20 * MIB,
  backingStores: 10 * MIB,
  nativeLive: 15 * MIB,
  allocatorFree: 5 * MIB,
  mapped: 8 * MIB,
  codeAndStacks: 30 * MIB,
  mappedByModule: [
    ['duckdb/duckdb.node', 6 * MIB],
    ['duckdb/duckdb.node', 2 * MIB],
  ],
  ageNs: 0,
} as const;

test('the parts and the residual add up to the resident set', () => {
  const composition = composeKib(BYTES);
  const sum = PARTS.reduce((total, { part }) => total + composition[part]!, composition.residual_kb!);
  expect(composition).toMatchObject({ rss_kb: 102_400, residual_kb: 12_288 });
  expect(sum).toBe(102_400);
  expect(composition.mapped_modules).toEqual({ 'duckdb/duckdb.node': 8_192 });
});

test('a part that could not be told is null, and in the residual', () => {
  const composition = composeKib({ ...BYTES, allocatorFree: Number.NaN, mapped: Number.NaN, mappedByModule: [] });
  expect(composition).toMatchObject({ allocator_free_kb: null, mapped_kb: null, residual_kb: 12_288 + 13_312 });
});

test('what the allocator holds is no more than the other parts leave of the resident set', () => {
  // 100 MiB less 20 + 10 + 25 + 8 + 30.
  expect(composeKib({ ...BYTES, nativeLive: 25 * MIB, allocatorFree: 510 * MIB })).toMatchObject({
    allocator_free_kb: 7 * 1024,
    residual_kb: 0,
  });
  expect(composeKib({ ...BYTES, nativeLive: 70 * MIB })).toMatchObject({
    allocator_free_kb: 0,
    residual_kb: -38 * 1024,
  });
  expect(composeKib({ ...BYTES, rss: Number.NaN, allocatorFree: 510 * MIB })).toMatchObject({
    allocator_free_kb: 510 * 1024,
    residual_kb: null,
  });
  expect(composeKib({ ...BYTES, allocatorFree: Number.NaN }).allocator_free_kb).toBeNull();
});

test('handed out but untouched memory makes the residual negative', () => {
  expect(composeKib({ ...BYTES, nativeLive: 40 * MIB }).residual_kb).toBe(-8_192);
});

test('a residual below zero is taken off as what is not resident', () => {
  const composition = composeKib({ ...BYTES, nativeLive: 40 * MIB });
  const notes = notesOf(report({ composition }), { columns: [], rowsShown: 9 });
  expect(notes.find(({ key }) => key === 'memory')?.text).toMatch(/code and stacks 30.0 MiB - 8.00 MiB not resident$/);
});

test('without a resident set there is no residual', () => {
  expect(composeKib({ ...BYTES, rss: Number.NaN })).toMatchObject({ rss_kb: null, residual_kb: null });
});

test('of merged reports it is that of the largest resident set, whichever comes first', () => {
  const [small, large] = [composeKib({ ...BYTES, rss: 90 * MIB }), composeKib(BYTES)];
  const reports = [small, null, large, small].map((composition) => report({ composition }));
  expect(mergeReports(reports).composition).toEqual(large);
  expect(mergeReports(reports.reverse()).composition).toEqual(large);
});

test('a note names the parts that could be told', () => {
  const composition = composeKib({ ...BYTES, mapped: Number.NaN, mappedByModule: [] });
  const notes = notesOf(report({ composition }), { columns: [], rowsShown: 9 });
  expect(notes.find(({ key }) => key === 'memory')?.text).toBe(
    '100 MiB = JS heap 20.0 MiB + ArrayBuffers 10.0 MiB + native 15.0 MiB + allocator 5.00 MiB + code and stacks 30.0 MiB + other 20.0 MiB',
  );
});

test('of a moment when less was resident is said to be that', () => {
  const textWith = (rss_kb_now: number | null) =>
    notesOf(report({ composition: composeKib(BYTES), rss_kb_now }), { columns: [], rowsShown: 9 }).find(
      ({ key }) => key === 'memory',
    )!.text;
  expect(textWith(200 * 1024)).toMatch(/; not looked at when 200 MiB were resident$/);
  for (const near of [110_000, 100_000, null]) expect(textWith(near)).not.toContain('looked at');
});

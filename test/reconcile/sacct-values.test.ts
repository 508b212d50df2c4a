import { expect, test } from 'vitest';
import { parseDuration, parseKib, parseTimeMs } from '../../src/reconcile/sacct-values.js';

test.each([
  ['00:01.432', 1.432],
  ['00:00:00', 0],
  ['00:00:04', 4],
  ['12:34:56', 45_296],
  ['1-02:03:04', 93_784],
  ['', null],
  ['4', null],
  ['INVALID', null],
  ['-00:01', null],
  ['00:01.432 ', null],
])('the duration %j is %j s', (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds);
});

test.each([
  ['150596K', 150_596],
  ['1.50G', 1.5 * 1024 * 1024],
  ['16M', 16_384],
  ['2048', 2],
  ['0', 0],
  ['', null],
  ['-1K', null],
  ['12X', null],
  ['9'.repeat(400), null],
])('the size %j is %j KiB', (text, kib) => {
  expect(parseKib(text)).toBe(kib);
});

test('times are seconds since 1970, or local ones', () => {
  expect(parseTimeMs('1795423614')).toBe(1_795_423_614_000);
  expect(parseTimeMs('2026-11-23T08:46:54')).toBe(new Date(2026, 10, 23, 8, 46, 54).getTime());
  for (const text of ['Unknown', 'None', '', '2026-11-23', '2026-99-23T08:46:54']) expect(parseTimeMs(text)).toBeNull();
});

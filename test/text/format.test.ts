import fc from 'fast-check';
import { expect, test } from 'vitest';
import { count, duration, inline, listed, percent, roughDuration, size } from '../../src/text/format.js';

test.each([
  [0, '0'],
  [1e-9, '1.00 ns'],
  [0.000_000_42, '420 ns'],
  [0.000_999_4, '999 us'],
  [0.000_999_6, '1.00 ms'],
  [0.0123, '12.3 ms'],
  [1, '1.00 s'],
  [9.999, '10.0 s'],
  [119.4, '119 s'],
  [119.6, '1.99 min'],
  [120, '2.00 min'],
  [7199, '2.00 h'],
  [7200, '2.00 h'],
  [36_000_000, '10000 h'],
  [-0.5, '-500 ms'],
])('%d seconds are %s', (seconds, text) => {
  expect(inline(duration(seconds))).toBe(text);
});

test.each([
  [0, '0'],
  [0.005_51, '5.5 ms'],
  [0.0966, '97 ms'],
  [0.5698, '570 ms'],
  [2.04, '2.0 s'],
  [9.97, '10 s'],
  [7140, '120 min'],
])('about %d seconds are %s', (seconds, text) => {
  expect(inline(roughDuration(seconds))).toBe(text);
});

test.each([
  [0, false, '0'],
  [-0.4, true, '0'],
  [1, false, '1 KiB'],
  [1023, false, '1023 KiB'],
  [1024, true, '+1.00 MiB'],
  [-1536, true, '-1.50 MiB'],
  [1024 * 1023.7, false, '1.00 GiB'],
  [4_812_288, false, '4.59 GiB'],
  [2 ** 40, false, '1024 TiB'],
])('%d KiB, signed %s, are %s', (kib, signed, text) => {
  expect(inline(size(kib, signed))).toBe(text);
});

test.each([
  [7, '7'],
  [999, '999'],
  [1000, '1,000'],
  [1_234_567, '1,234,567'],
])('%d is counted as %s', (value, text) => {
  expect(inline(count(value))).toBe(text);
});

test.each([
  [0, '0.0%'],
  [0.0001, '<0.1%'],
  [0.0005, '0.1%'],
  [0.834, '83.4%'],
  [1, '100.0%'],
  [3.2, '320.0%'],
])('a share of %d is %s', (share, text) => {
  expect(inline(percent(share))).toBe(text);
});

test('what is shown of a duration or size is within half a per cent of it', () => {
  const seconds: Record<string, number> = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600 };
  const kib: Record<string, number> = { KiB: 1, MiB: 1024, GiB: 1024 ** 2, TiB: 1024 ** 3 };
  fc.assert(
    fc.property(
      fc.double({ min: 1e-9, max: 1e8, noNaN: true }),
      fc.integer({ min: 1, max: 2 ** 42 }),
      (time, memory) => {
        const shownTime = duration(time);
        const shownSize = size(memory);
        expect(Math.abs((Number(shownTime.digits) * seconds[shownTime.unit]!) / time - 1)).toBeLessThan(0.00501);
        expect(Math.abs((Number(shownSize.digits) * kib[shownSize.unit]!) / memory - 1)).toBeLessThan(0.00501);
      },
    ),
  );
});

test.each([
  [[], ''],
  [['a'], 'a'],
  [['a', 'b'], 'a and b'],
  [['a', 'b', 'c'], 'a, b and c'],
])('%j as a text', (names, text) => {
  expect(listed(names)).toBe(text);
});

import { expect, test } from 'vitest';
import { countOf, kibOf, secondsOf } from '../../src/model/quantities.js';

test('numbers of a sample become whole KiB, seconds to the nanosecond, and counts', () => {
  expect([secondsOf(1_234_567_890.4), kibOf(1536), countOf(7)]).toEqual([1.23456789, 2, 7]);
  expect(Object.is(kibOf(-1), 0)).toBe(true);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, 2 ** 90, -(2 ** 90)])('%s is told as null', (value) => {
  expect([secondsOf(value), kibOf(value), countOf(value)]).toEqual([null, null, null]);
});

import { expect, test } from 'vitest';
import { holm } from '../../src/compare/holm.js';

test('the lowest is multiplied by all, the next by one less, and none falls below one before it', () => {
  // Worked by hand: 0.01 x 4, 0.02 x 3, 0.03 x 2 and 0.9 x 1.
  expect(holm([0.9, 0.01, 0.03, 0.02])).toEqual([0.9, 0.04, 0.06, 0.06]);
});

test('a single probability stays as it is, and none is above 1', () => {
  expect(holm([0.03])).toEqual([0.03]);
  expect(holm([0.7, 0.8])).toEqual([1, 1]);
  expect(holm([])).toEqual([]);
});

test('what is not a number is no evidence, and leaves the others theirs', () => {
  expect(holm([Number.NaN, 0.01, 0.02])).toEqual([1, 0.03, 0.04]);
  expect(holm([0.01, Number.NaN, 0.02])).toEqual([0.03, 1, 0.04]);
});

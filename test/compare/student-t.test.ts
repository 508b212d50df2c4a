import { expect, test } from 'vitest';
import { twoSidedProbability, twoSidedQuantile } from '../../src/compare/student-t.js';

// From the tables of NIST's Engineering Statistics Handbook, 1.3.6.7.2: t of 0.975, 0.995 and 0.95.
test.each([
  [1, 0.95, 12.706],
  [2, 0.95, 4.303],
  [9, 0.95, 2.262],
  [30, 0.95, 2.042],
  [100, 0.95, 1.984],
  [5, 0.99, 4.032],
  [60, 0.9, 1.671],
])('with %d degrees of freedom and %d the quantile is %d', (df, confidence, quantile) => {
  expect(twoSidedQuantile(confidence, df)).toBeCloseTo(quantile, 3);
});

test('one and two degrees of freedom have a closed form', () => {
  for (const t of [0.01, 0.5, 1, 3, 40, 1e4]) {
    expect(twoSidedProbability(t, 1)).toBeCloseTo(1 - (2 / Math.PI) * Math.atan(t), 12);
    expect(twoSidedProbability(-t, 2)).toBeCloseTo(1 - t / Math.sqrt(2 + t * t), 12);
  }
});

test('the quantile is the inverse of the probability, also where degrees of freedom are no whole number', () => {
  for (const df of [1, 1.7, 4.2, 63, 5000]) {
    for (const confidence of [0.5, 0.9, 0.9999]) {
      expect(1 - twoSidedProbability(twoSidedQuantile(confidence, df), df)).toBeCloseTo(confidence, 10);
    }
  }
});

test('the probability of zero or more is 1', () => {
  expect(twoSidedProbability(0, 7)).toBe(1);
});

import { describe, expect, test } from 'vitest';
import { type GroupSums, independentChange, pairedChange } from '../../src/compare/estimate.js';

/** Groups of one record each. */
function groups(...values: number[]): GroupSums {
  const weights = new Float64Array(values.length).fill(1);
  return { sums: Float64Array.from(values), weights, counts: weights };
}

describe('the change where both sides have the same inputs', () => {
  test('that is the same for every input has an interval without width', () => {
    const { relative } = pairedChange(groups(1, 2, 4, 80), groups(1.5, 3, 6, 120), 0.95)!;
    expect(relative).toMatchObject({ value: expect.closeTo(0.5, 12), probability: 0 });
    expect(relative!.high - relative!.low).toBeLessThan(1e-9);
  });

  test('is exactly zero for equal sides', () => {
    const found = pairedChange(groups(1, 2, 4, 80), groups(1, 2, 4, 80), 0.95)!;
    expect(found.difference).toEqual({ value: 0, low: 0, high: 0, probability: 1 });
    expect(found.relative).toEqual({ value: 0, low: 0, high: 0, probability: 1 });
  });

  test('has the probability of the paired t test where inputs weigh the same', () => {
    // Sleep of ten patients with either drug, Student 1908: t = 4.0621 with 9 degrees of freedom, p = 0.002833.
    const first = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
    const second = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
    // Far from zero, all groups weigh nearly the same.
    const [base, next] = [first, second].map((hours) => groups(...hours.map((hour) => hour + 1e6))) as [
      GroupSums,
      GroupSums,
    ];
    const { difference } = pairedChange(base, next, 0.95)!;
    expect(difference.value).toBeCloseTo(1.58, 6);
    expect(difference.low).toBeCloseTo(0.7001, 3);
    expect(difference.high).toBeCloseTo(2.4599, 3);
    expect(difference.probability).toBeCloseTo(0.002833, 5);
  });

  test('has a wider interval the more of it is in one input', () => {
    const even = pairedChange(groups(1, 1, 1, 1, 1, 1), groups(1.1, 1, 1.2, 1.1, 1, 1.2), 0.95)!.relative!;
    const uneven = pairedChange(groups(1, 1, 1, 1, 1, 50), groups(1.1, 1, 1.2, 1.1, 1, 50 * 1.2), 0.95)!.relative!;
    expect(even.low).toBeGreaterThan(0);
    expect(uneven.low).toBeLessThan(0);
  });

  test('has a difference and no ratio where base is zero', () => {
    const found = pairedChange(groups(0, 0, 0, 0), groups(1, 2, 1, 2), 0.95)!;
    expect(found.relative).toBeNull();
    expect(found.difference.value).toBe(1.5);
  });

  test('is not estimated from two groups, however many others are empty', () => {
    const empty = { sums: Float64Array.of(1, 2, 0, 0), weights: new Float64Array(4).fill(1) };
    const counts = Float64Array.of(1, 1, 0, 0);
    expect(pairedChange({ ...empty, counts }, { ...empty, counts }, 0.95)).toBeUndefined();
  });

  test('is not estimated where one group has all values of a side', () => {
    const one = Float64Array.of(5, 0, 0, 0);
    expect(pairedChange({ sums: one, weights: one, counts: one }, groups(1, 2, 3, 4), 0.95)).toBeUndefined();
    expect(pairedChange(groups(1, 2, 3, 4), { sums: one, weights: one, counts: one }, 0.95)).toBeUndefined();
  });
});

test('the change of independent sides has the probability of the t test of Welch where values weigh the same', () => {
  // The same hours as two samples: t = 1.8608 with 17.776 degrees of freedom, p = 0.07939.
  const hours = (values: number[]) => groups(...values.map((hour) => hour + 1e6));
  const { difference } = independentChange(
    hours([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2]),
    hours([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]),
    0.95,
  )!;
  expect(difference.low).toBeCloseTo(-0.2055, 3);
  expect(difference.high).toBeCloseTo(3.3655, 3);
  expect(difference.probability).toBeCloseTo(0.07939, 4);
});

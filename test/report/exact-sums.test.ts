import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ExactSums } from '../../src/report/exact-sums.js';

/** A double as a whole number of 2^-1074. */
function exact(value: number): bigint {
  const [bits] = new BigUint64Array(new Float64Array([value]).buffer);
  const exponent = (bits! >> 52n) & 0x7ffn;
  const fraction = bits! & 0xfffffffffffffn;
  const magnitude = exponent === 0n ? fraction : (fraction | 0x10000000000000n) << (exponent - 1n);
  return value < 0 ? -magnitude : magnitude;
}

/** Whether `sum` is the double nearest to the exact sum, and the even one of two that are equally near. */
function isNearest(sum: number, terms: readonly number[]): boolean {
  const truth = terms.reduce((total, term) => total + exact(term), 0n);
  const distance = (value: number) => {
    const difference = exact(value) - truth;
    return difference < 0n ? -difference : difference;
  };
  const [bits] = new BigUint64Array(new Float64Array([Math.abs(sum)]).buffer);
  const neighbours = [bits! + 1n, ...(bits! > 0n ? [bits! - 1n] : [])].map((near) => {
    const [magnitude] = new Float64Array(new BigUint64Array([near]).buffer);
    return sum < 0 ? -magnitude! : magnitude!;
  });
  return neighbours.every(
    (near) => distance(sum) < distance(near) || (distance(sum) === distance(near) && bits! % 2n === 0n),
  );
}

const sumOf = (terms: readonly number[]) => {
  const sums = new ExactSums(1);
  for (const term of terms) sums.add(0, term);
  return sums.total(0);
};

const LARGEST = Number.MAX_SAFE_INTEGER;
const term = fc.oneof(
  fc.double({ min: -LARGEST, max: LARGEST, noNaN: true }),
  fc.integer({ min: 0, max: 1e9 }).map((ns) => ns / 1e9),
  fc.constantFrom(1, 2 ** 53 - 1, 2 ** -53, 2 ** -54, 2 ** -106, -(2 ** -107), 5e-324, -1, 1e-300),
);

test('the sum is the double nearest to the exact one', () => {
  fc.assert(
    fc.property(fc.array(term, { minLength: 1, maxLength: 30 }), (terms) => isNearest(sumOf(terms), terms)),
    { numRuns: 3000 },
  );
});

test('the smallest term decides a tie', () => {
  expect(sumOf([1, 2 ** -53, 2 ** -107])).toBe(1 + 2 ** -52);
  expect(sumOf([1, 2 ** -53, -(2 ** -107)])).toBe(1);
  expect(sumOf([1, 2 ** -53])).toBe(1);
});

test('the sums of two parts add up to the sum of all, wherever the terms are divided', () => {
  fc.assert(
    fc.property(fc.array(term, { minLength: 1, maxLength: 30 }), fc.nat(30), (terms, cut) => {
      const whole = new ExactSums(1);
      for (const part of [terms.slice(0, cut), terms.slice(cut)]) {
        const sums = new ExactSums(1);
        for (const one of part) sums.add(0, one);
        whole.addSum(0, sums.state());
      }
      expect(whole.total(0)).toBe(sumOf(terms));
    }),
    { numRuns: 1000 },
  );
});

test('a row is added value by value, without those that it lacks', () => {
  const sums = new ExactSums(3);
  const rows = Float64Array.of(7, 0, -4, Number.NaN, 7, 0.1, -5, Number.NaN, 7, 0.2, -6, 0);
  for (const offset of [1, 5, 9]) sums.addRow(rows, offset, Uint8Array.of(0, 1, 0));
  expect([sums.total(0), sums.total(1), sums.total(2)]).toEqual([0.1 + 0.2, -4, 0]);
});

test('a sum without a term is not zero', () => {
  expect(new ExactSums(1).total(0)).toBeNaN();
});

test('the highest value is kept, even if it is negative', () => {
  const sums = new ExactSums(1);
  for (const value of [-5, -3, -4]) sums.raise(0, value);
  expect(sums.total(0)).toBe(-3);
});

import { expect, test } from 'vitest';
import { textHash } from '../../src/compare/hash.js';
import { distinctCount, inputCounts, matchInputs, weightOf } from '../../src/compare/inputs.js';

const counts = (...hashes: number[]) => inputCounts([Float64Array.from(hashes)]);

test('where both sides have the same inputs once, every record counts for one', () => {
  expect(matchInputs(counts(3, 1, 2), counts(2, 3, 1))).toEqual({
    both: 3,
    onlyBase: 0,
    onlyNew: 0,
    baseWeights: undefined,
    newWeights: undefined,
  });
});

test('inputs of one side alone count for nothing, and those run several times for one in all', () => {
  const { both, onlyBase, onlyNew, baseWeights, newWeights } = matchInputs(counts(5, 1, 9, 5, 5, 7), counts(9, 5, 8));
  expect({ both, onlyBase, onlyNew }).toEqual({ both: 2, onlyBase: 2, onlyNew: 1 });
  expect([1, 5, 7, 8, 9, 10].map((hash) => weightOf(baseWeights!, hash))).toEqual([0, 1 / 3, 0, 0, 1, 0]);
  expect([1, 5, 7, 8, 9, 10].map((hash) => weightOf(newWeights!, hash))).toEqual([0, 1, 0, 0, 1, 0]);
});

test('a side that has all of the other and no more needs no weights', () => {
  const { baseWeights, newWeights } = matchInputs(counts(1, 2), counts(1, 2, 3));
  expect(baseWeights).toBeUndefined();
  expect(Array.from(newWeights!.hashes)).toEqual([1, 2]);
});

test('hashes come in pieces', () => {
  const { hashes, counts: found } = inputCounts([Float64Array.of(4, 2), Float64Array.of(), Float64Array.of(2)]);
  expect([Array.from(hashes), Array.from(found)]).toEqual([
    [2, 4],
    [2, 1],
  ]);
  expect(distinctCount([Float64Array.of(7, 7), Float64Array.of(8)])).toBe(2);
});

test('names of a large corpus have hashes of their own, spread evenly over the groups', () => {
  const hashes = new Float64Array(300_000);
  const groups = new Uint32Array(64);
  for (let index = 0; index < hashes.length; index++) {
    const hash = textHash(`scans/2026/page-${index}.tif`);
    expect(Number.isSafeInteger(hash) && hash >= 0).toBe(true);
    hashes[index] = hash;
    groups[hash % 64]!++;
  }
  expect(distinctCount([hashes])).toBe(hashes.length);
  // Chi-squared of 63 degrees of freedom: above 125 once in 200,000 times.
  const expected = hashes.length / 64;
  expect(groups.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)).toBeLessThan(125);
});

import { expect, test } from 'vitest';
import { BUCKET_COUNT } from '../../src/model/histogram.js';
import { BucketCounts } from '../../src/report/bucket-counts.js';

function countsOf(...buckets: readonly number[]): BucketCounts {
  const counts = new BucketCounts();
  for (const bucket of buckets) counts.add(bucket, 1);
  return counts;
}

test.each([
  ['none', [], []],
  [
    'the lowest and the highest',
    [BUCKET_COUNT - 1, 0],
    [
      [0, 1],
      [BUCKET_COUNT - 1, 1],
    ],
  ],
  [
    'the highest first, then far below and above',
    [200, 30, 330, 30],
    [
      [30, 2],
      [200, 1],
      [330, 1],
    ],
  ],
  [
    'one after another, downwards',
    [40, 39, 30, 20, 5, 0],
    [
      [0, 1],
      [5, 1],
      [20, 1],
      [30, 1],
      [39, 1],
      [40, 1],
    ],
  ],
] as const)('buckets, wherever they are filled: %s', (_, buckets, expected) => {
  expect(countsOf(...buckets).pairs()).toEqual(expected);
});

test('random buckets have the counts of a map, also when two halves are added', () => {
  const buckets = Array.from({ length: 2000 }, (_, index) => (index * index * 7919) % BUCKET_COUNT);
  const expected = new Map<number, number>();
  for (const bucket of buckets) expected.set(bucket, (expected.get(bucket) ?? 0) + 1);
  const sorted = [...expected].sort(([a], [b]) => a - b);
  expect(countsOf(...buckets).pairs()).toEqual(sorted);
  const first = countsOf(...buckets.slice(0, 700));
  first.absorb(countsOf(...buckets.slice(700)).state());
  expect(first.pairs()).toEqual(sorted);
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  BUCKET_COUNT,
  bucketLowerNs,
  bucketOf,
  bucketUpperNs,
  type HistogramPairs,
  quantileSeconds,
  toPairs,
} from '../../src/model/histogram.js';
import { mergeReports } from '../../src/report/merge.js';
import { report, row } from '../support/report-fixture.js';

/** Durations from zero to three years; each order of magnitude is as likely as another. */
const duration = fc.oneof(
  fc.double({ min: 0, max: 17, noNaN: true }).map((exponent) => 10 ** exponent),
  fc.nat(),
  fc.constant(0),
);
/**
 * Durations from the end of the first bucket to the start of the last. Outside of these a duration is known less
 * exactly.
 */
const withinRange = fc
  .double({ min: 0, max: 1, noNaN: true })
  .map((share) => 36 * (2 ** 47 / 36) ** share)
  .filter((wallNs) => wallNs < 2 ** 47);

const pairsOf = (durations: readonly number[]): HistogramPairs => {
  const counts = new Uint32Array(BUCKET_COUNT);
  for (const wallNs of durations) counts[bucketOf(wallNs)]!++;
  return toPairs(counts);
};

describe('buckets', () => {
  test('a duration lies between the bounds of its bucket', () => {
    fc.assert(
      fc.property(duration, (wallNs) => {
        const bucket = bucketOf(wallNs);
        expect(Number.isInteger(bucket) && bucket >= 0 && bucket < BUCKET_COUNT).toBe(true);
        expect(wallNs).toBeGreaterThanOrEqual(bucketLowerNs(bucket));
        expect(wallNs).toBeLessThan(bucketUpperNs(bucket));
      }),
      { numRuns: 5_000 },
    );
  });

  test('a longer duration is in no lower bucket', () => {
    fc.assert(
      fc.property(duration, duration, (a, b) => {
        expect(bucketOf(Math.min(a, b))).toBeLessThanOrEqual(bucketOf(Math.max(a, b)));
      }),
    );
  });

  test('buckets follow one another without a gap, and each is at most an eighth of its lower bound wide', () => {
    expect(bucketLowerNs(0)).toBe(0);
    for (let bucket = 1; bucket < BUCKET_COUNT; bucket++) {
      const lower = bucketLowerNs(bucket);
      expect(lower).toBe(bucketUpperNs(bucket - 1));
      expect(bucketOf(lower)).toBe(bucket);
      if (bucket > 1) expect(lower / bucketLowerNs(bucket - 1)).toBeLessThanOrEqual(1.125);
    }
    expect(bucketUpperNs(BUCKET_COUNT - 1)).toBe(Number.POSITIVE_INFINITY);
  });

  test.each([
    [0, 0],
    [-0, 0],
    [-1, 0],
    [-1e18, 0],
    [31.999, 0],
    [32, 0],
    [36, 1],
    [64, 8],
    [1e30, BUCKET_COUNT - 1],
    [Number.POSITIVE_INFINITY, BUCKET_COUNT - 1],
  ])('%d ns is in bucket %d', (wallNs, bucket) => {
    expect(bucketOf(wallNs)).toBe(bucket);
  });
});

describe('pairs', () => {
  test('hold all that was counted, in rising order, and no empty bucket', () => {
    expect(toPairs(Uint32Array.of(0, 2, 0, 0, 1))).toEqual([
      [1, 2],
      [4, 1],
    ]);
    expect(toPairs(new Uint32Array(BUCKET_COUNT))).toEqual([]);
  });

  test('the sum of two histograms is that of all their durations', () => {
    fc.assert(
      fc.property(fc.array(duration), fc.array(duration), (a, b) => {
        const reports = [a, b].map((some) => report({ stages: [row('a', { wall_hist: pairsOf(some) })] }));
        expect(mergeReports(reports).stages[0]!.wall_hist).toEqual(pairsOf([...a, ...b]));
      }),
    );
  });
});

describe('quantiles', () => {
  test('are within 6.5 % of the duration of the nearest rank, from 36 ns to 39 hours', () => {
    const shares = fc.oneof(fc.constantFrom(0, 0.5, 0.95, 0.99, 1), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(fc.array(withinRange, { minLength: 1, maxLength: 200 }), shares, (durations, q) => {
        const sorted = [...durations].sort((a, b) => a - b);
        const truth = sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1]!;
        const found = quantileSeconds(pairsOf(durations), q)! * 1e9;
        expect(Math.abs(found - truth) / truth).toBeLessThan(0.065);
      }),
      { numRuns: 1_000 },
    );
  });

  test('do not exist where there are no calls', () => {
    expect(quantileSeconds([], 0.5)).toBeNull();
  });

  test('are the lower bound of the last bucket for calls in it', () => {
    expect(quantileSeconds([[BUCKET_COUNT - 1, 1]], 0.5)).toBe(2 ** 47 / 1e9);
  });
});

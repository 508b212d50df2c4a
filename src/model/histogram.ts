import { Float64Array, Math, Number, Uint8Array, Uint16Array, Uint32Array } from '../host/intrinsics.js';

/** Sparse histogram of durations: [bucket, count] pairs sorted by bucket. */
export type HistogramPairs = readonly (readonly [bucket: number, count: number])[];

/**
 * Log-linear buckets of durations, as in HdrHistogram: each octave of nanoseconds is divided into
 * `2 ** SUB_BITS` equal buckets, so a bucket is 6 to 12.5 % wide and counts of equal buckets can be added.
 * Bucket 0 takes everything below 36 ns, the last everything from 2^47 ns (39 hours) on.
 */
const SUB_BITS = 3;
const SUB_BUCKETS = 1 << SUB_BITS;
const MIN_EXPONENT = 5;
const MAX_EXPONENT = 47;

export const BUCKET_COUNT = (MAX_EXPONENT - MIN_EXPONENT) * SUB_BUCKETS + 1;

// The exponent and the leading bits of the mantissa of an IEEE 754 double are the bucket, so that the hot path needs no
// logarithm.
const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
const HIGH_WORD = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;
const EXPONENT_BIAS = 1023;
const FIRST = (EXPONENT_BIAS + MIN_EXPONENT) << SUB_BITS;

/** Bucket of a duration in nanoseconds, from 0 to `BUCKET_COUNT - 1`. */
export function bucketOf(durationNs: number): number {
  if (durationNs <= 0) return 0;
  double[0] = durationNs;
  const bucket = (words[HIGH_WORD]! >>> (20 - SUB_BITS)) - FIRST;
  return bucket < 0 ? 0 : bucket >= BUCKET_COUNT ? BUCKET_COUNT - 1 : bucket;
}

/** Lower bound of a bucket in nanoseconds. */
export function bucketLowerNs(bucket: number): number {
  if (bucket === 0) return 0;
  const octave = Math.floor(bucket / SUB_BUCKETS);
  return 2 ** (MIN_EXPONENT + octave) * (1 + (bucket % SUB_BUCKETS) / SUB_BUCKETS);
}

/** Lower bound of the bucket that follows, in nanoseconds; infinite for the last. */
export function bucketUpperNs(bucket: number): number {
  return bucket + 1 >= BUCKET_COUNT ? Number.POSITIVE_INFINITY : bucketLowerNs(bucket + 1);
}

/** The filled buckets of one row of counts, as [bucket, count] pairs. */
export function toPairs(counts: Uint32Array): HistogramPairs {
  const pairs: [number, number][] = [];
  for (let bucket = 0; bucket < counts.length; bucket++) {
    const count = counts[bucket]!;
    if (count > 0) pairs.push([bucket, count]);
  }
  return pairs;
}

/**
 * Duration in seconds below which a share `q` of the calls lies, by the nearest-rank method, at the middle of
 * its bucket: within 6.25 % of the true value from 36 ns on. Null for no calls.
 *
 * @param q between 0 and 1
 */
export function quantileSeconds(pairs: HistogramPairs, q: number): number | null {
  let total = 0;
  for (const [, count] of pairs) total += count;
  if (total === 0) return null;
  let rank = Math.max(1, Math.ceil(q * total));
  for (const [bucket, count] of pairs) {
    rank -= count;
    if (rank <= 0) return middleNs(bucket) / 1e9;
  }
  return null;
}

function middleNs(bucket: number): number {
  const upper = bucketUpperNs(bucket);
  return Number.isFinite(upper) ? (bucketLowerNs(bucket) + upper) / 2 : bucketLowerNs(bucket);
}

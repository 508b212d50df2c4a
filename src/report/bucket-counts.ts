import { Float64Array, Math } from '../host/intrinsics.js';
import { BUCKET_COUNT, type HistogramPairs } from '../model/histogram.js';

/** Counts of the buckets from `first` on. */
export interface BucketState {
  readonly first: number;
  readonly counts: Float64Array;
}

/** Room for the buckets around the first one that is counted. */
const FEWEST = 16;

/**
 * Calls by bucket. It has only the buckets between the lowest and the highest that are filled, because a label fills a
 * few dozen of hundreds. They are in an array and not in a map: the maps of chunk after chunk would live just long enough
 * to leave the young generation of the heap, which then grows by their garbage.
 */
export class BucketCounts {
  #first = 0;
  #counts = new Float64Array(0);

  /** @param bucket from 0 to `BUCKET_COUNT - 1` */
  add(bucket: number, count: number): void {
    const index = bucket - this.#first;
    if (index < 0 || index >= this.#counts.length) this.#makeRoom(bucket);
    this.#counts[bucket - this.#first]! += count;
  }

  state(): BucketState {
    return { first: this.#first, counts: this.#counts };
  }

  absorb({ first, counts }: BucketState): void {
    for (let index = 0; index < counts.length; index++) {
      if (counts[index]! > 0) this.add(first + index, counts[index]!);
    }
  }

  /** The filled buckets, the lowest first. */
  pairs(): HistogramPairs {
    const pairs: [number, number][] = [];
    for (let index = 0; index < this.#counts.length; index++) {
      if (this.#counts[index]! > 0) pairs.push([this.#first + index, this.#counts[index]!]);
    }
    return pairs;
  }

  #makeRoom(bucket: number): void {
    const { length } = this.#counts;
    let first = this.#first;
    let end = first + length;
    if (length === 0) {
      first = Math.max(0, bucket - FEWEST / 2);
      end = first + FEWEST;
    } else if (bucket < first) first = Math.max(0, Math.min(bucket, first - length));
    else end = Math.max(bucket + 1, end + length);
    const counts = new Float64Array(Math.min(BUCKET_COUNT, end) - first);
    counts.set(this.#counts, length === 0 ? 0 : this.#first - first);
    this.#first = first;
    this.#counts = counts;
  }
}

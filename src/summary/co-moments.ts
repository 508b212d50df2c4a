/** A straight line through points, by least squares. */
export interface Line {
  readonly slope: number;
  /** The share of the variance that the line explains; null where the points do not vary. */
  readonly explained: number | null;
}

/** Sums of squares and products about the means of each process. Those of several processes add up. */
export interface CoMoments {
  readonly xx: number;
  readonly xy: number;
  readonly yy: number;
}

export const NO_MOMENTS: CoMoments = { xx: 0, xy: 0, yy: 0 };

/**
 * A point of whole numbers is added to these sums. The ordinate is taken apart into 16 bits and the rest, so that the sums
 * of squares are whole numbers that a double holds, and do not depend on the order of the points.
 */
const SUMS = ['n', 'x', 'xx', 'high', 'low', 'xHigh', 'xLow', 'highHigh', 'highLow', 'lowLow'] as const;
export const SUM_COUNT = SUMS.length;
const PART = 2 ** 16;

export function addPoint(sums: Float64Array, at: number, x: number, y: number): void {
  const low = y % PART;
  const high = (y - low) / PART;
  sums[at]! += 1;
  sums[at + 1]! += x;
  sums[at + 2]! += x * x;
  sums[at + 3]! += high;
  sums[at + 4]! += low;
  sums[at + 5]! += x * high;
  sums[at + 6]! += x * low;
  sums[at + 7]! += high * high;
  sums[at + 8]! += high * low;
  sums[at + 9]! += low * low;
}

/** The moments of the points whose sums are in the places from `from` up to but not including `end`. */
export function momentsOf(sums: Float64Array, from: number, end: number): CoMoments {
  const [n, x, xx, high, low, xHigh, xLow, highHigh, highLow, lowLow] = Array.from({ length: SUM_COUNT }, (_, sum) => {
    let total = 0;
    for (let place = from; place < end; place++) total += sums[place * SUM_COUNT + sum]!;
    return BigInt(total);
  }) as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];
  if (n < 2n) return NO_MOMENTS;
  const part = BigInt(PART);
  const y = high * part + low;
  const xy = xHigh * part + xLow;
  const yy = highHigh * part * part + 2n * highLow * part + lowLow;
  // Differences of large numbers that are nearly equal, so they are taken before anything is rounded.
  const about = (product: bigint) => Number(product) / Number(n);
  return { xx: about(n * xx - x * x), xy: about(n * xy - x * y), yy: about(n * yy - y * y) };
}

export function addMoments(a: CoMoments, b: CoMoments): CoMoments {
  return { xx: a.xx + b.xx, xy: a.xy + b.xy, yy: a.yy + b.yy };
}

/** Null for points of one abscissa. */
export function lineOf({ xx, xy, yy }: CoMoments): Line | null {
  if (xx <= 0) return null;
  return { slope: xy / xx, explained: yy <= 0 ? null : Math.min(1, (xy * xy) / (xx * yy)) };
}

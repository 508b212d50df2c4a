import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AddressRanges, NO_GROUP } from '../../src/symbols/address-ranges.js';

type Interval = readonly [start: number, end: number];

function rangesOf(intervals: readonly Interval[]) {
  return new AddressRanges(
    Float64Array.from(intervals, ([start]) => start),
    Float64Array.from(intervals, ([, end]) => end),
  );
}

/** The bounds of all intervals that `ranges` finds at an address. */
function foundAt(ranges: AddressRanges, intervals: readonly Interval[], address: number): Interval[] {
  const group = ranges.groupAt(address);
  return group === NO_GROUP ? [] : [...ranges.members(group)].map((index) => intervals[index]!);
}

/** The same by a look at every interval. */
function innermost(intervals: readonly Interval[], address: number): Interval[] {
  const around = intervals.filter(([start, end]) => start <= address && address < end);
  const [first] = around.toSorted((a, b) => b[0] - a[0] || a[1] - b[1]);
  return around.filter(([start, end]) => start === first![0] && end === first![1]);
}

test('each address is in the interval that begins last, and of those in the shortest', () => {
  const interval = fc
    .tuple(fc.nat(40), fc.integer({ min: 1, max: 20 }))
    .map(([start, size]): Interval => [start, start + size]);
  fc.assert(
    fc.property(fc.array(interval, { maxLength: 20 }), (intervals) => {
      const ranges = rangesOf(intervals);
      for (let address = -1; address <= 61; address++) {
        expect(foundAt(ranges, intervals, address)).toEqual(innermost(intervals, address));
      }
    }),
    { numRuns: 1000 },
  );
});

test('there may be no interval, and addresses may have 53 bits', () => {
  expect(rangesOf([]).groupAt(0)).toBe(NO_GROUP);
  const high: Interval = [2 ** 53 - 3, 2 ** 53 - 1];
  expect(foundAt(rangesOf([high]), [high], 2 ** 53 - 2)).toEqual([high]);
  expect(rangesOf([high]).groupAt(2 ** 53 - 1)).toBe(NO_GROUP);
});

test('a hundred thousand nested intervals do not slow a search down', () => {
  const count = 100_000;
  const nested = Array.from({ length: count }, (_, index): Interval => [index, 3 * count - index]);
  const ranges = rangesOf(nested);
  const begin = process.cpuUsage().user;
  for (let i = 0; i < count; i++) ranges.groupAt(3 * count - i);
  // Step by step through all that contain the address, this would take minutes.
  expect((process.cpuUsage().user - begin) / 1e6).toBeLessThan(5);
  expect(foundAt(ranges, nested, 3 * count - 2)).toEqual([nested[1]]);
});

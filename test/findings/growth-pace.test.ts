import { describe, expect, test } from 'vitest';
import { growthPace } from '../../src/findings/growth-pace.js';
import { octaveOf } from '../../src/model/octaves.js';
import { MIB } from '../support/finding-examples.js';

/** The growth by octave of processes, of each of which the growth of each call is given. */
function octavesOf(...processes: readonly (readonly number[])[]): [number, number][] {
  const sums: number[] = [];
  for (const calls of processes) {
    for (const [index, kib] of calls.entries()) {
      const octave = octaveOf(index + 1);
      sums[octave] = (sums[octave] ?? 0) + kib;
    }
  }
  return sums.map((kib, octave) => [octave, kib]);
}

const calls = (count: number, kibOf: (call: number) => number) =>
  Array.from({ length: count }, (_, index) => kibOf(index + 1));
const sumOf = (kib: readonly number[]) => kib.reduce((sum, one) => sum + one, 0);
const paceOf = (...processes: readonly (readonly number[])[]) => {
  const all = processes.flat();
  return growthPace(octavesOf(...processes), sumOf(all), all.length);
};

/** Pseudo-random numbers from 0 to 1, the same in each run. */
function noise(call: number, seed = 1): number {
  const x = Math.sin(call * 12.9898 + seed * 78.233) * 43758.5453;
  return x - Math.floor(x);
}

describe('growth goes on', () => {
  test.each([8, 9, 12, 15, 16, 17, 31, 32, 33, 50, 63, 64, 65, 100, 1000, 12_345])(
    'where each of %d calls adds as much',
    (count) => {
      expect(paceOf(calls(count, () => 2 * MIB))).toEqual({ goesOn: true, kibPerCall: 2 * MIB });
    },
  );

  test.each([20, 33, 50, 100, 500])('where it rises and falls by as much within %d calls', (count) => {
    for (let seed = 0; seed < 20; seed++) {
      expect(paceOf(calls(count, (call) => 4 * MIB * noise(call, seed))), `${seed}`).toMatchObject({ goesOn: true });
    }
  });

  test('where memory comes in a piece every tenth call', () => {
    expect(paceOf(calls(200, (call) => (call % 10 === 0 ? 64 * MIB : 0)))).toMatchObject({ goesOn: true });
  });

  test('after a warm-up, which is not part of what a call adds', () => {
    const pace = paceOf(calls(100, (call) => (call === 1 ? 80 * MIB : 2 * MIB)));
    expect(pace).toEqual({ goesOn: true, kibPerCall: 2 * MIB });
  });

  test('where a quarter of what is kept is not resident', () => {
    const octaves = octavesOf(calls(100, () => 1.5 * MIB));
    expect(growthPace(octaves, 200 * MIB, 100)).toEqual({ goesOn: true, kibPerCall: 2 * MIB });
  });

  test('in the sum of many tasks, some of them shorter', () => {
    const tasks = Array.from({ length: 100 }, (_, task) => calls(20 + (task % 7) * 10, () => 2 * MIB));
    expect(paceOf(...tasks)).toMatchObject({ goesOn: true });
  });
});

describe('growth stood', () => {
  test.each([1, 2, 3, 5, 10, 20, 31])(
    'in the first calls, where one call of 50, number %d, filled a cache',
    (filling) => {
      const pace = paceOf(calls(50, (call) => (call === filling ? 300 * MIB : 0)));
      expect(pace).toEqual({ goesOn: false, firstCalls: 2 ** (octaveOf(filling) + 1) - 1 });
    },
  );

  test('in the first calls, where each of the first 20 of 100 fills a part', () => {
    expect(paceOf(calls(100, (call) => (call <= 20 ? 10 * MIB : 0)))).toEqual({ goesOn: false, firstCalls: 31 });
  });

  test('in the first call of each of many tasks', () => {
    const tasks = Array.from({ length: 40 }, (_, task) =>
      calls(50, (call) => (call === 1 ? 300 * MIB : 20 * (noise(call, task) - 0.5))),
    );
    expect(paceOf(...tasks)).toEqual({ goesOn: false, firstCalls: 1 });
  });
});

describe('nothing is said', () => {
  test.each([2, 3, 7])('of %d calls', (count) => {
    expect(paceOf(calls(count, () => MIB))).toBeNull();
  });

  test.each([undefined, null, []])('of %j', (octaves) => {
    expect(growthPace(octaves, 300 * MIB, 50)).toBeNull();
  });

  test('of a part of the calls of a process', () => {
    const pairs = [4, 5, 6, 7].map((octave) => [octave, MIB * 2 ** octave] as const);
    expect(growthPace(pairs, 240 * MIB, 240)).toBeNull();
  });

  test.each([40, 49, 50])('of growth in call %d of 50', (filling) => {
    expect(paceOf(calls(50, (call) => (call === filling ? 300 * MIB : 0)))).toBeNull();
  });

  test('of a small leak beside a large cache that was filled at once, or the other way round', () => {
    const both = octavesOf(calls(50, (call) => (call === 1 ? 900 * MIB : 3 * MIB)));
    expect(growthPace(both, 150 * MIB, 50)).toBeNull();
    expect(growthPace(both, 900 * MIB, 50)).not.toMatchObject({ goesOn: true });
  });

  test('of a leak beside a cache of the same size: the resident set does not tell which is which', () => {
    const both = octavesOf(calls(50, (call) => (call === 1 ? 255 * MIB : 5 * MIB)));
    expect(growthPace(both, 250 * MIB, 50)).toBeNull();
  });

  test('of tasks of which most had a few calls, and the others went on growing', () => {
    const short = Array.from({ length: 99 }, () => calls(8, () => MIB));
    expect(
      paceOf(
        ...short,
        calls(200, () => MIB),
      ),
    ).not.toMatchObject({ goesOn: false });
  });
});

test('one call, or two, that fill a cache are never told as growth a call, wherever they are', () => {
  for (const count of [8, 11, 20, 33, 47, 50, 64, 100, 129]) {
    for (let first = 1; first <= count; first++) {
      for (let second = first; second <= count; second++) {
        const pace = paceOf(calls(count, (call) => (call === first || call === second ? 150 * MIB : 10 * noise(call))));
        if (pace?.goesOn) expect.fail(`${count} calls, ${first} and ${second}: ${JSON.stringify(pace)}`);
        if (pace?.goesOn === false) expect(pace.firstCalls).toBeGreaterThanOrEqual(second);
      }
    }
  }
});

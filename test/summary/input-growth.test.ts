import { describe, expect, test } from 'vitest';
import { type InputGrowth, InputGrowthSums } from '../../src/summary/input-growth.js';
import { MIB } from '../support/finding-examples.js';

type RssOf = (nth: number) => number;

/** @param processes the resident set at the end of each input of each of them */
function growthOf(count: number, ...processes: readonly RssOf[]): InputGrowth | null {
  const sums = new InputGrowthSums();
  for (const [pid, rssOf] of processes.entries()) {
    for (let nth = 1; nth <= count; nth++) sums.add(nth, Math.round(rssOf(nth)), pid, undefined);
  }
  return sums.result();
}

/** Pseudo-random numbers from -1 to 1, the same in each run. */
function noise(nth: number, seed = 1): number {
  const x = Math.sin(nth * 12.9898 + seed * 78.233) * 43758.5453;
  return 2 * (x - Math.floor(x)) - 1;
}

const START = 90 * MIB;
const leak: RssOf = (nth) => START + 2 * MIB * nth;

test('the slope and what it explains are those of a straight line through the inputs', () => {
  const points = Array.from({ length: 300 }, (_, index) => START + 50 * index + 4000 * noise(index));
  const [rss, nth] = [points.map(Math.round), points.map((_, index) => index + 1)];
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const about = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, index) => sum + (value - mean(a)) * (b[index]! - mean(b)), 0);
  const slope = about(nth, rss) / about(nth, nth);
  const explained = about(nth, rss) ** 2 / (about(nth, nth) * about(rss, rss));
  const growth = growthOf(300, (n) => rss[n - 1]!)!;
  expect(growth).toMatchObject({ inputs: 300, processes: 1 });
  expect(growth.all.slope).toBeCloseTo(slope, 6);
  expect(growth.all.explained).toBeCloseTo(explained, 9);
});

test('processes have one slope, wherever each of them begins', () => {
  const growth = growthOf(
    40,
    leak,
    (nth) => leak(nth) + 900 * MIB,
    (nth) => leak(nth) - 50 * MIB,
  )!;
  expect(growth).toMatchObject({ inputs: 120, processes: 3, goesOn: true });
  expect(growth.all).toEqual({ slope: 2 * MIB, explained: 1 });
});

test('the order of the inputs and the chunks in which they are read change nothing', () => {
  const whole = new InputGrowthSums();
  const chunks = [new InputGrowthSums(), new InputGrowthSums(), new InputGrowthSums()];
  for (let index = 0; index < 500; index++) {
    const nth = ((index * 337) % 500) + 1;
    const rss = Math.round(3e8 + 1e6 * noise(nth));
    whole.add(nth, rss, 7, undefined);
    chunks[index % 3]!.add(501 - nth, Math.round(3e8 + 1e6 * noise(501 - nth)), 7, undefined);
  }
  const gathered = new InputGrowthSums();
  for (const chunk of chunks) gathered.absorb(structuredClone(chunk.state()));
  expect(gathered.result()).toEqual(whole.result());
});

test('a process is told from one of the same id by its task', () => {
  const sums = new InputGrowthSums();
  for (const task of ['1', '2']) {
    const slurm = { job: `9${task}`, array_job: '9', array_task: task };
    for (let nth = 1; nth <= 20; nth++) sums.add(nth, leak(nth), 100, slurm);
  }
  expect(sums.result()).toMatchObject({ processes: 2, all: { slope: 2 * MIB } });
});

test.each([
  ['one input', 1],
  ['no input', 0],
])('%s has no slope', (_, count) => {
  expect(growthOf(count, leak, leak)).toBeNull();
});

describe('growth goes on', () => {
  test.each([33, 47, 48, 63, 64, 65, 100, 129, 1000])('where each of %d inputs adds as much', (count) => {
    expect(growthOf(count, leak)).toMatchObject({ goesOn: true, later: { slope: 2 * MIB, explained: 1 } });
  });

  test.each([64, 100, 500])('where it does so with noise of ten inputs, in %d of them', (count) => {
    for (let seed = 0; seed < 20; seed++) {
      expect(
        growthOf(count, (nth) => leak(nth) + 10 * MIB * noise(nth, seed)),
        `${seed}`,
      ).toMatchObject({ goesOn: true });
    }
  });

  test('after caches have filled up, whose part is not in the later slope', () => {
    const growth = growthOf(200, (nth) => leak(nth) + 300 * MIB * Math.min(1, nth / 10));
    expect(growth).toMatchObject({ goesOn: true, later: { slope: 2 * MIB } });
    expect(growth!.all.slope).toBeGreaterThan(2 * MIB);
  });
});

describe('growth does not go on', () => {
  test('where a cache fills up at once, at whichever input', () => {
    for (const count of [16, 20, 33, 50, 64, 100, 127]) {
      for (let filled = 1; filled <= count; filled++) {
        const growth = growthOf(count, (nth) => START + (nth >= filled ? 300 * MIB : 0) + 0.2 * MIB * noise(nth));
        expect(growth!.goesOn, `${filled} of ${count}`).toBe(false);
      }
    }
  });

  test.each([10, 30, 60])('where each of the first %d of 100 inputs fills a part', (filling) => {
    expect(growthOf(100, (nth) => START + 5 * MIB * Math.min(nth, filling))!.goesOn).toBe(false);
  });

  test('where the resident set goes up and down', () => {
    for (let seed = 0; seed < 200; seed++) {
      expect(growthOf(100, (nth) => START + 200 * MIB * noise(nth, seed))!.goesOn, `${seed}`).toBe(false);
    }
  });

  test.each([2, 10, 15])('as far as %d inputs can tell', (count) => {
    expect(growthOf(count, (nth) => 50 * leak(nth))).toMatchObject({ goesOn: false, later: null });
  });

  test('where all that is added is less than what decides how much memory the job needs', () => {
    expect(growthOf(100, (nth) => START + 0.5 * MIB * nth)).toMatchObject({ goesOn: false, later: { explained: 1 } });
  });

  test('where nothing changes, of which nothing can be explained', () => {
    expect(growthOf(100, () => START)).toMatchObject({ goesOn: false, all: { slope: 0, explained: null } });
  });
});

test('processes past the limit are left out', () => {
  const sums = new InputGrowthSums();
  for (let pid = 0; pid < 20_000; pid++) for (const nth of [1, 2]) sums.add(nth, leak(nth), pid, undefined);
  expect(sums.result()!.processes).toBe(16_384);
});

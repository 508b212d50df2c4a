import { expect, test } from 'vitest';
import { stackChanges } from '../../src/compare/stack-changes.js';
import { seeded } from '../support/random.js';
import { jsFrame, sampledProfile } from '../support/stack-profile.js';

const main = jsFrame('main', 1);
const [read, write, idle] = [jsFrame('read', 10), jsFrame('write', 20), jsFrame('tidy', 30)];

test('tells the functions that use clearly more or less, the greatest change first', () => {
  const base = sampledProfile([
    ['load', [main, read], 100],
    ['load', [main, write], 300],
    ['load', [main, idle], 100],
  ]);
  const next = sampledProfile([
    ['load', [main, read], 400],
    ['load', [main, write], 100],
    ['load', [main, idle], 105],
  ]);
  const { compared, changed } = stackChanges({ base, new: next }, 0.95);
  expect(compared).toBe(3);
  expect(changed).toMatchObject([
    { stage: 'load', text: 'read parse.js:10 < main parse.js:1', baseNs: 1e9, newNs: 4e9 },
    { stage: 'load', text: 'write parse.js:20 < main parse.js:1', baseNs: 3e9, newNs: 1e9 },
  ]);
  // 500 samples of 10 ms with a share of 0.2, and 605 with one of 0.66: 89 ms and 116 ms.
  expect(changed[0]!.errorNs / 1e6).toBeCloseTo(147, -1);
});

test('a function that is new or gone is told with the callers it has, or had', () => {
  const base = sampledProfile([
    ['load', [main, read], 200],
    ['load', [main, write], 200],
  ]);
  const next = sampledProfile([
    ['load', [main, read], 200],
    ['load', [read, idle], 200],
  ]);
  expect(
    stackChanges({ base, new: next }, 0.95)
      .changed.map(({ text, newNs }) => [text, newNs])
      .sort(),
  ).toEqual([
    ['tidy parse.js:30 < read parse.js:10', 2e9],
    ['write parse.js:20 < main parse.js:1', 0],
  ]);
});

test('a function that stands in another line, or folder, is the same function', () => {
  const base = sampledProfile([
    ['load', [{ ...read, file: '/old/parse.js' }], 200],
    ['load', [write], 200],
  ]);
  const next = sampledProfile([
    ['load', [{ ...read, file: '/new/parse.js', startLine: 14 }], 205],
    ['load', [{ ...write, startLine: 26 }], 400],
  ]);
  expect(stackChanges({ base, new: next }, 0.95)).toMatchObject({
    compared: 2,
    changed: [{ text: 'write parse.js:26' }],
  });
});

test('a stage of one side, or with too few samples, is not compared', () => {
  const base = sampledProfile([
    ['gone', [read], 500],
    ['few', [read], 19],
  ]);
  const next = sampledProfile([
    ['come', [read], 500],
    ['few', [write], 500],
  ]);
  expect(stackChanges({ base, new: next }, 0.95)).toEqual({ compared: 0, changed: [], live: null });
});

test('two samplings of one program seldom differ', () => {
  const random = seeded(7);
  const sampling = () => {
    const counts = new Array<number>(12).fill(0);
    for (let i = 0; i < 600; i++) counts[Math.floor(random() ** 2 * counts.length)]!++;
    return sampledProfile(counts.map((count, k) => ['load', [main, jsFrame(`f${k}`, k + 10)], count] as const));
  };
  const trials = 200;
  let told = 0;
  for (let trial = 0; trial < trials; trial++) {
    if (stackChanges({ base: sampling(), new: sampling() }, 0.95).changed.length > 0) told++;
  }
  expect(told / trials).toBeLessThan(0.08);
});

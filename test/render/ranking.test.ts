import { expect, test } from 'vitest';
import { type Ranking, rank } from '../../src/render/ranking.js';
import { durations, row } from '../support/report-fixture.js';

const ROWS = [
  row('a', { wall_s: 1, rss_kb_delta: -5, wall_hist: durations([1, 1]) }),
  row('b', { wall_s: 3, rss_kb_delta: null, wall_hist: durations([4, 1]) }),
  row('c', { wall_s: 2, rss_kb_delta: 7, wall_hist: durations([2, 1]) }),
  row('d', { wall_s: 2, rss_kb_delta: null }),
];

test.each<[Ranking, string]>([
  [{}, 'abcd'],
  [{ sort: 'wall_s' }, 'bcda'],
  [{ sort: 'rss_kb_delta' }, 'cabd'],
  [{ sort: 'wall_hist' }, 'bcad'],
  [{ sort: 'rss_kb_delta', top: 1 }, 'c'],
  [{ top: 2 }, 'bc'],
  [{ top: 3 }, 'bcd'],
  [{ top: 0 }, ''],
  [{ top: 9 }, 'abcd'],
])('%j gives %s', (ranking, labels) => {
  expect(
    rank(ROWS, ranking)
      .map(({ stage }) => stage)
      .join(''),
  ).toBe(labels);
});

import { describe, expect, test } from 'vitest';
import { lanesOf, openAt, peakOf, stackedHolders } from '../../src/browser/timeline-model.js';
import type { TimelinePart } from '../../src/page/page-data.js';

const part: TimelinePart = {
  name: 'p',
  startMs: null,
  t: [0, 1, 2, 3],
  rss: [10, null, 30, 20],
  holders: [
    { holder: 'js_heap_kb', kib: [4, null, 10, 5] },
    { holder: 'native_kb', kib: [6, 7, 20, 15] },
  ],
  cpu: null,
  stages: [
    { stage: 'load.read', spans: [0, 0, 2, 3] },
    { stage: 'other', spans: [3, 3] },
    { stage: 'load', spans: [0, 3] },
    { stage: 'loader', spans: [1, 2] },
  ],
  note: '',
};

describe('memory over time', () => {
  test('is stacked, and what was not read adds nothing', () => {
    expect(stackedHolders(part).map(({ top }) => [...top])).toEqual([
      [4, 0, 10, 5],
      [10, 7, 30, 20],
    ]);
  });

  test('has its peak', () => {
    expect(peakOf(part)).toBe(2);
    expect(peakOf({ ...part, rss: [null, null, null, null] })).toBeNull();
  });

  test('has a lane for each stage, below that of its parent', () => {
    const { lanes, more } = lanesOf(part, 10);
    expect(lanes.map(({ stage, depth }) => [stage, depth])).toEqual([
      ['other', 0],
      ['load', 0],
      ['load.read', 1],
      ['loader', 0],
    ]);
    expect(more).toBe(0);
  });

  test('has lanes for those that were open longest, where there are too many', () => {
    const { lanes, more } = lanesOf(part, 2);
    expect(lanes.map(({ stage }) => stage)).toEqual(['load', 'load.read']);
    expect(more).toBe(2);
  });

  test('says which stages were open', () => {
    expect(openAt(part, 0)).toEqual(['load.read', 'load']);
    expect(openAt(part, 1)).toEqual(['load', 'loader']);
  });
});

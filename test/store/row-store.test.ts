import { describe, expect, test } from 'vitest';
import { BUCKET_COUNT } from '../../src/model/histogram.js';
import { METRICS } from '../../src/model/metrics.js';
import { OCTAVE_COUNT } from '../../src/model/octaves.js';
import { addTo, COLUMNS, columnOf, OCTAVE_COLUMNS, RowStore } from '../../src/store/row-store.js';

test('every metric but the derived ones has a column of its own', () => {
  const elsewhere: readonly string[] = [
    'wall_hist',
    'native_modules',
    'native_live_modules',
    'growth_by_octave',
    'overhead_s',
  ];
  const stored = METRICS.map(({ field }) => field).filter((field) => !elsewhere.includes(field));
  expect(COLUMNS.slice(0, stored.length)).toEqual(stored);
  expect(new Set(COLUMNS.map(columnOf)).size).toBe(COLUMNS.length);
});

test.each(['wall_hist', 'native_modules', 'growth_by_octave', 'overhead_s', 'no such field', '__proto__'])(
  '%s is no column',
  (field) => {
    expect(() => columnOf(field)).toThrow(RangeError);
  },
);

test('a new row has counters of zero, and nothing measured', () => {
  const store = new RowStore();
  const row = store.addRow();
  for (const { field, slot } of METRICS) {
    if (!COLUMNS.includes(field)) continue;
    const cell = store.get(row, columnOf(field));
    if (slot === null) expect(cell, field).toBe(0);
    else expect(cell, field).toBeNaN();
  }
  expect(store.durations(row)).toEqual(new Uint32Array(BUCKET_COUNT));
  for (let octave = 0; octave < OCTAVE_COUNT; octave++) {
    expect(store.get(row, OCTAVE_COLUMNS + octave)).toBeNaN();
  }
});

test('a row knows how many calls of its label there were before, or that calls are not numbered', () => {
  const store = new RowStore();
  const before = [store.addRow('a'), store.addRow('b', 7), store.addRow('c', Number.NaN)].map((row) =>
    store.get(row, columnOf('calls_before')),
  );
  expect(before).toEqual([0, 7, Number.NaN]);
});

describe('a measured cell', () => {
  const column = columnOf('rss_kb_delta');
  const missing = Number.NaN;

  test.each([
    ['nothing', [], missing],
    ['a missing amount', [missing], missing],
    ['amounts', [3, -5], -2],
    ['zero', [0], 0],
    ['amounts of which some are missing', [missing, 3, missing, 4], 7],
  ])('to which %s is added', (_what, amounts, sum) => {
    const store = new RowStore();
    const row = store.addRow();
    for (const amount of amounts) addTo(store.cells, store.offset(row) + column, amount);
    expect(store.get(row, column)).toBe(sum);
  });
});

test('rows keep their cells and durations apart, and through every growth', () => {
  const store = new RowStore();
  const [calls, wall] = [columnOf('calls'), columnOf('wall_s')];
  for (let row = 0; row < 1_000; row++) {
    expect(store.addRow()).toBe(row);
    addTo(store.cells, store.offset(row) + calls, row);
    addTo(store.cells, store.offset(row) + wall, row * 2);
    store.countDuration(row, row % BUCKET_COUNT);
    store.countDuration(row, BUCKET_COUNT - 1);
  }
  expect(store).toHaveLength(1_000);
  for (let row = 0; row < 1_000; row++) {
    expect(store.get(row, calls)).toBe(row);
    expect(store.get(row, wall)).toBe(row * 2);
    const durations = store.durations(row);
    expect(durations.reduce((sum, count) => sum + count, 0)).toBe(2);
    expect(durations[row % BUCKET_COUNT]).toBeGreaterThan(0);
  }
});

import { expect, test } from 'vitest';
import { GROUPS, METRICS } from '../../src/model/metrics.js';
import { MEASURES } from '../../src/model/options.js';
import { LEVEL_OF_PEAK, SAMPLE_MASK, SLOT_COUNT, SLOTS, slotIndex } from '../../src/model/sample-layout.js';

const unique = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

test('fields, headings and slots are unique', () => {
  expect(unique(METRICS.map(({ field }) => field))).toBe(true);
  expect(unique(METRICS.flatMap(({ heading }) => heading ?? []))).toBe(true);
  expect(unique(SLOTS)).toBe(true);
});

test('every slot is used by a metric, and every slot a metric names exists', () => {
  const named = new Set(METRICS.flatMap(({ slot }) => slot ?? []));
  expect([...named].sort()).toEqual([...SLOTS].sort());
});

test('the position of a slot is its position in the list', () => {
  expect(SLOTS.map((slot) => slotIndex[slot])).toEqual([...Array(SLOT_COUNT).keys()]);
});

test('the groups are time and what can be measured, and each has a bit of its own', () => {
  expect(GROUPS).toEqual(['time', ...MEASURES]);
  const bits = Object.values(SAMPLE_MASK);
  expect(Object.keys(SAMPLE_MASK)).toEqual(expect.arrayContaining([...MEASURES]));
  expect(bits.every((bit) => Number.isInteger(Math.log2(bit)))).toBe(true);
  expect(unique(bits)).toBe(true);
});

test.each(METRICS)('the name of $field ends in its unit, and that fits its slot', ({ field, unit, slot }) => {
  expect(field.endsWith('_s')).toBe(unit === 's');
  expect(/_kb(_|$)/.test(field)).toBe(unit === 'KiB');
  expect(field.endsWith('_hist')).toBe(unit === 'histogram');
  if (slot !== null)
    expect(
      {
        s: /_ns$/,
        KiB: /_bytes$/,
        count: /^(?!.*_(ns|bytes)$)/,
        histogram: /^$/,
        modules: /^(live_)?module_count$/,
        octaves: /_bytes$/,
      }[unit],
    ).toSatisfy((ending: RegExp) => ending.test(slot));
});

test.each(METRICS)('$field is folded as its kind allows', ({ fold, slot, share, unit, description }) => {
  if (fold === 'count' && unit !== 'octaves') expect(slot).toBeNull();
  if (fold === 'peak') {
    expect(LEVEL_OF_PEAK).toHaveProperty(slot!);
    expect(share).toBe('total');
  }
  if (fold === 'max') expect(share).toBe('worst');
  expect(description).toMatch(/^[A-Z].*\S\.$/s);
});

test('the level of each peak is a slot of its own', () => {
  for (const [peak, level] of Object.entries(LEVEL_OF_PEAK)) {
    expect(SLOTS).toContain(peak);
    expect(SLOTS).toContain(level);
    expect(peak).not.toBe(level);
  }
});

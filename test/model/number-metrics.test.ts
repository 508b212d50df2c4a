import { expect, test } from 'vitest';
import { METRICS } from '../../src/model/metrics.js';
import { NUMBER_METRICS } from '../../src/model/number-metrics.js';

test('the histogram, the modules and the octaves are not plain numbers', () => {
  const others = METRICS.filter((metric) => !(NUMBER_METRICS as readonly unknown[]).includes(metric));
  expect(others.map(({ field }) => field)).toEqual([
    'wall_hist',
    'native_modules',
    'native_live_modules',
    'growth_by_octave',
  ]);
});

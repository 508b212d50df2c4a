import { expect, test } from 'vitest';
import { comparisonView } from '../../src/compare/comparison-view.js';
import { renderCompareCsv } from '../../src/compare/csv.js';
import { RESULT } from '../support/comparison-fixture.js';

test('CSV has a line for each label and metric', () => {
  const comparisons = RESULT.comparisons.map((one) => ({ ...one, unmeasured: { base: 3, new: 40 } }));
  const lines = renderCompareCsv(comparisonView({ ...RESULT, comparisons }, { sort: 'stage' })).split('\r\n');
  const fields = lines[0]!.split(',');
  const extract = Object.fromEntries(lines[3]!.split(',').map((cell, index) => [fields[index], cell]));
  expect(fields).toHaveLength(23);
  expect(extract).toMatchObject({ stage: 'extract', base: '100', new: '112', difference_low: '11', verdict: 'up' });
  expect(extract).toMatchObject({ base_inputs: '1200', base_unmeasured: '3', new_unmeasured: '40' });
  expect(lines[1]!.startsWith('"a\\x1b[31m|""=x",wall_s')).toBe(true);
});

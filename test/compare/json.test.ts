import { expect, test } from 'vitest';
import { comparisonView } from '../../src/compare/comparison-view.js';
import { parseExpression, violationsOf } from '../../src/compare/fail-on.js';
import { renderCompareJson } from '../../src/compare/json.js';
import { HOSTILE, RESULT } from '../support/comparison-fixture.js';

test('JSON has the numbers as they are, and the violations', () => {
  const violations = violationsOf(parseExpression('wall_s>10%'), RESULT.comparisons, 0.95);
  const json = JSON.parse(renderCompareJson(comparisonView({ ...RESULT, violations }, { sort: 'change' })));
  expect(json).toMatchObject({
    base: { name: 'before', files: 2, records: 1300, failed: 3 },
    inputs: { both: 1200, only_base: 97, only_new: 0 },
    confidence: 0.95,
  });
  expect(json.comparisons[1]).toMatchObject({
    stage: 'extract',
    metric: 'wall_s',
    unit: 's',
    statistic: 'total',
    base: 100,
    new: 112,
    difference: { value: 12, low: 11, high: 13, probability: 1e-9 },
    verdict: 'up',
    why_no_interval: null,
  });
  expect(json.violations).toMatchObject([
    { fail_on: 'wall_s>10%', stage: 'extract', metric: 'wall_s', comparisons: 3 },
    { stage: HOSTILE },
  ]);
});

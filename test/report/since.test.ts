import { expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';
import { mergeReports } from '../../src/report/merge.js';
import { since } from '../../src/report/since.js';
import { report, row } from '../support/report-fixture.js';

const first = report({
  total_wall_s: 10,
  stages_wall_s: 9,
  overhead_s: null,
  warnings: ['odd: 2', 'once'],
  program: row('(program)', { calls: 1, wall_s: 10, thread_cpu_s: 3, js_kb_peak_max: 900 }),
  stages: [
    row('a', { calls: 2, wall_s: 0.3, wall_max_s: 0.2, wall_hist: [[1, 2]], js_kb_delta: 50, js_kb_peak_max: 900 }),
    row('idle', { calls: 1, wall_s: 1, wall_max_s: 1, wall_hist: [[9, 1]] }),
  ],
});

const second = report({
  total_wall_s: 14,
  stages_wall_s: 12,
  overhead_s: null,
  warnings: ['odd: 5', 'once', 'new: 1'],
  program: row('(program)', { calls: 1, wall_s: 14, thread_cpu_s: 5, js_kb_peak_max: 900 }),
  stages: [
    row('a', {
      calls: 5,
      open: 1,
      errors: 1,
      wall_s: 1,
      wall_max_s: 0.4,
      wall_hist: [
        [1, 2],
        [3, 3],
      ],
      js_kb_delta: 20,
      js_kb_peak_max: 900,
    }),
    row('idle', { calls: 1, wall_s: 1, wall_max_s: 1, wall_hist: [[9, 1]] }),
    row('b', { calls: 1, wall_s: 2, wall_max_s: 2, wall_hist: [[7, 1]] }),
  ],
});

test('sums are differences, a highest value is known if it was reached since, and idle rows are left out', () => {
  const part = since(first, second);
  expect(part).toMatchObject({ total_wall_s: 4, stages_wall_s: 3, overhead_s: null, warnings: ['odd: 3', 'new: 1'] });
  expect(part.program).toMatchObject({ wall_s: 4, thread_cpu_s: 2, js_kb_peak_max: null });
  expect(part.stages).toEqual([
    row('a', { calls: 3, open: 1, errors: 1, wall_s: 0.7, wall_max_s: 0.4, wall_hist: [[3, 3]], js_kb_delta: -30 }),
    second.stages[2],
  ]);
});

test('the parts add up to the whole', () => {
  const whole = mergeReports([first, since(first, second)]);
  const numbers = ({ stages }: Report) =>
    stages.map(({ stage, calls, wall_s, wall_max_s, js_kb_peak_max }) => [
      stage,
      calls,
      wall_s,
      wall_max_s,
      js_kb_peak_max,
    ]);
  expect(numbers(whole)).toEqual(numbers(second));
});

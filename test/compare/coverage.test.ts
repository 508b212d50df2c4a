import { expect, test } from 'vitest';
import { seeded } from '../support/random.js';
import { alarmsOf, coverageOf } from './coverage.js';

// The short form of test/compare/coverage.js, always with the same numbers. The share that 1,000 trials find is within
// 1.4 % of the true one, twice the standard error, in 95 % of all runs.
test.each([10, 100, 1000])(
  'an interval of 95 percent has the change of %d inputs, few of which make up most',
  (inputs) => {
    for (const change of [0, 0.05]) {
      const { covered, trials } = coverageOf({ inputs, change, error: 0.1 }, 1000, seeded(inputs));
      expect(covered / trials).toBeGreaterThan(0.936);
      expect(covered / trials).toBeLessThan(0.98);
    }
  },
);

test('a change of 5 % in 1,000 inputs is found nine times out of ten', () => {
  const { up, down, trials } = coverageOf({ inputs: 1000, change: 0.05, error: 0.1 }, 500, seeded(1));
  expect(up / trials).toBeGreaterThan(0.9);
  expect(down).toBe(0);
});

test.each([10, 100])(
  '--fail-on finds one of 40 labels without a change over %d inputs in less than 5 percent of trials',
  (inputs) => {
    const found = alarmsOf({ inputs, change: 0, error: 0.1 }, 0, 200, seeded(inputs));
    expect(found.alarms / found.trials).toBeLessThan(0.05);
    // Otherwise Holm had nothing to hold back.
    expect(found.withoutHolm / found.trials).toBeGreaterThan(0.3);
  },
);

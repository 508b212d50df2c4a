import { expect, test } from 'vitest';
import { killMapManyTimes } from './kills.js';

test('a map that is killed 8 times at random moments and resumed loses, doubles and redoes no input', {
  timeout: 180_000,
}, async () => {
  const { kills, corpora, records, begun, recorders, ...faults } = await killMapManyTimes(8, 30);
  expect(kills).toBeGreaterThanOrEqual(8);
  expect(records).toBe(30 * corpora);
  for (const [fault, count] of Object.entries(faults)) expect(count, fault).toBe(0);
});

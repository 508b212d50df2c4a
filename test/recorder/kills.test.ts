import { expect, test } from 'vitest';
import { killManyTimes } from './kills.js';

test('of a program killed 50 times at random moments no closed call is lost, and the open stages are named', {
  timeout: 180_000,
}, async () => {
  const found = await killManyTimes(50);
  expect(found.faults).toEqual([]);
  expect(found.lost).toBe(0);
  expect(found.unnamed).toBe(0);
  // Or there was nothing to lose.
  expect(found.closed).toBeGreaterThan(1000);
  expect(found.open).toBeGreaterThan(20);
});

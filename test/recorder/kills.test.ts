import { expect, test } from 'vitest';
import { killManyTimes } from './kills.js';

test('a program killed 50 times at random moments loses no closed call, and its open stages are named', {
  timeout: 180_000,
}, async () => {
  const found = await killManyTimes(50);
  expect(found.faults).toEqual([]);
  expect(found.lost).toBe(0);
  expect(found.unnamed).toBe(0);
  // With fewer calls the kills would have come too early to prove anything.
  expect(found.closed).toBeGreaterThan(1000);
  expect(found.open).toBeGreaterThan(20);
});

import { expect, test } from 'vitest';
import { fuzz } from './fuzz.js';

/** A run of minutes over 100,000 lines is `npm run test:fuzz`. */
const LINES = 1500;

test('each damaged line is counted as a record or named, and the sums are those of the records', async () => {
  const seed = 20_260_601;
  const found = await fuzz(LINES, seed);
  expect(found.failures, `node test/records/fuzz.js ${LINES} ${seed}`).toEqual([]);
  expect(found.damaged).toBe(LINES);
  expect(found.records).toBeGreaterThan(LINES / 4);
  expect(found.named).toBeGreaterThan(LINES / 4);
});

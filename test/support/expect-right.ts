import { expect } from 'vitest';
import { checksOf } from './compiled-programs.js';

/** A program does the same with the tracker as without it, and is right in all that it checks under the tracker. */
export function expectRight(...given: Parameters<typeof checksOf>): ReturnType<typeof checksOf> {
  const found = checksOf(...given);
  const { plain, tracked, checks, wrong } = found;
  expect(tracked).toEqual(plain);
  expect(wrong).toEqual([]);
  expect(checks.length).toBeGreaterThan(0);
  return found;
}

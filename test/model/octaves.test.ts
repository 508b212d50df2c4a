import { expect, test } from 'vitest';
import { firstCallOf, OCTAVE_COUNT, octaveOf } from '../../src/model/octaves.js';

test.each([
  [1, 0],
  [2, 1],
  [3, 1],
  [4, 2],
  [7, 2],
  [8, 3],
  [2 ** 31 - 1, 30],
  [2 ** 31, 31],
  [2 ** 32 + 1, 31],
  [Number.MAX_SAFE_INTEGER, 31],
])('call %d is in octave %d', (call, octave) => {
  expect(octaveOf(call)).toBe(octave);
});

test('an octave begins with its first call', () => {
  for (let octave = 1; octave < OCTAVE_COUNT; octave++) {
    expect([octaveOf(firstCallOf(octave) - 1), octaveOf(firstCallOf(octave))]).toEqual([octave - 1, octave]);
  }
});

test('a call without a number has no octave', () => {
  expect(octaveOf(Number.NaN)).toBeNaN();
});

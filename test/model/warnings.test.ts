import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatWarning, mergeWarnings, parseWarning } from '../../src/model/warnings.js';

test('a warning is its text followed by its count', () => {
  expect(formatWarning('handles closed out of order', 3)).toBe('handles closed out of order: 3');
});

test.each([
  ['a: 3', { text: 'a', count: 3 }],
  ['a: 3: 12', { text: 'a: 3', count: 12 }],
  ['two\nlines: 0', { text: 'two\nlines', count: 0 }],
  ['no count', { text: 'no count', count: null }],
  ['written otherwise: 03', { text: 'written otherwise: 03', count: null }],
  ['too large: 1234567890123456', { text: 'too large: 1234567890123456', count: null }],
])('%j is parsed into its parts', (warning, parts) => {
  expect(parseWarning(warning)).toEqual(parts);
});

test('every formatted warning parses into what it was made from', () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(), (text, count) => {
      expect(parseWarning(formatWarning(text, count))).toEqual({ text, count });
    }),
  );
});

test('counts of the same text are added, in order of first appearance', () => {
  expect(mergeWarnings([['b: 1', 'a: 2'], [], ['a: 40', 'c: 0']])).toEqual(['b: 1', 'a: 42', 'c: 0']);
});

test('a warning without a count is kept once, apart from one with a count', () => {
  expect(mergeWarnings([['a', 'a: 2'], ['a']])).toEqual(['a', 'a: 2']);
});

test('past a thousand texts, further warnings are only counted', () => {
  const texts = Array.from({ length: 1005 }, (_, index) => `input ${index} is odd`);
  const merged = mergeWarnings([texts, ['input 3 is odd', 'input 1003 is odd']]);
  expect(merged).toHaveLength(1001);
  expect(merged.at(-1)).toBe('further warnings: 6');
});

import { expect, test } from 'vitest';
import { painter } from '../../src/text/paint.js';

test('colour is put around the text and taken back, or left away', () => {
  expect(painter(true)('red', 'x')).toBe('\x1b[31mx\x1b[39m');
  expect(painter(true)('bold', '')).toBe('');
  expect(painter(false)('red', 'x')).toBe('x');
});

import { expect, test } from 'vitest';
import { painter } from '../../src/text/paint.js';

test('colour is switched on before the text and off behind it, or left out', () => {
  expect(painter(true)('red', 'x')).toBe('\x1b[31mx\x1b[39m');
  expect(painter(true)('bold', '')).toBe('');
  expect(painter(false)('red', 'x')).toBe('x');
});

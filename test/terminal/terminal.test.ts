import { afterEach, expect, test, vi } from 'vitest';
import { layoutOf } from '../../src/terminal/terminal.js';

afterEach(() => vi.unstubAllEnvs());

test.each([
  ['a terminal', { isTTY: true, columns: 100 }, '', { colour: true, width: 100 }],
  ['a terminal that wants no colour', { isTTY: true, columns: 100 }, '1', { colour: false, width: 100 }],
  ['a terminal that nobody looks at', { isTTY: true, columns: 0 }, '', { colour: true, width: 120 }],
  ['a pipe', {}, '', { colour: false, width: 120 }],
])('%s', (_, stream, noColour, options) => {
  vi.stubEnv('NO_COLOR', noColour);
  vi.stubEnv('COLUMNS', '');
  expect(layoutOf(stream)).toEqual(options);
});

test('a pipe has the width that COLUMNS names', () => {
  vi.stubEnv('COLUMNS', '200');
  expect(layoutOf({}).width).toBe(200);
  expect(layoutOf({ isTTY: true, columns: 90 }).width).toBe(90);
});

test('in full there is no width', () => {
  expect(layoutOf({ isTTY: true, columns: 90 }, { full: true }).width).toBeUndefined();
});

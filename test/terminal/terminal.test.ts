import { afterEach, expect, test, vi } from 'vitest';
import { layoutOf } from '../../src/terminal/terminal.js';

afterEach(() => vi.unstubAllEnvs());

test.each([
  ['a terminal', { isTTY: true, columns: 100 }, '', { colour: true, width: 100 }],
  ['a terminal that wants no colour', { isTTY: true, columns: 100 }, '1', { colour: false, width: 100 }],
  ['a terminal that nobody looks at', { isTTY: true, columns: 0 }, '', { colour: true, width: undefined }],
  ['a pipe', {}, '', { colour: false, width: undefined }],
])('%s', (_, stream, noColour, options) => {
  vi.stubEnv('NO_COLOR', noColour);
  expect(layoutOf(stream)).toEqual(options);
});

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { withRecorderTables } from '../../src/docs/recorder-tables.js';

test('docs/recorder.md has the tables of the code', () => {
  const text = readFileSync(new URL('../../docs/recorder.md', import.meta.url), 'utf8');
  expect(text, 'npm run build && npm run docs').toBe(withRecorderTables(text));
});

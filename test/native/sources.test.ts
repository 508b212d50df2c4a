import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadBinding } from '../../src/native/load-addon.js';

const root = join(import.meta.dirname, '../..');

test('the addon reports on each source of the list', () => {
  const text = readFileSync(join(root, 'native', 'sources', 'sources.h'), 'utf8');
  const names = [...text.matchAll(/^ {2}X\(\w+, (\w+), .*\)/gm)].map(([, name]) => name);
  const { binding, missing } = loadBinding();
  if (binding === null) throw new Error(missing);
  expect(names.length).toBeGreaterThan(5);
  expect(Object.keys(binding.sourcesRead())).toEqual(names);
});

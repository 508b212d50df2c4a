import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { packageDirectories } from '../../examples/flows/corpus.js';

const root = mkdtempSync(join(tmpdir(), 'flows-corpus-'));
afterAll(() => rmSync(root, { recursive: true }));
for (const name of ['b', 'a', '@scope/c', '.bin']) mkdirSync(join(root, name), { recursive: true });
for (const name of ['b', 'a', '@scope/c']) writeFileSync(join(root, name, 'package.json'), '{}');
const expected = ['@scope/c', 'a', 'b'].map((name) => join(root, name));

test('every package is named, scoped ones included, sorted, and nothing else', () => {
  expect(packageDirectories(root)).toEqual(expected);
});

test('the script prints them one a line', () => {
  const script = join(import.meta.dirname, '../../examples/flows/corpus.js');
  expect(execFileSync(process.execPath, [script, root], { encoding: 'utf8' })).toBe(`${expected.join('\n')}\n`);
});

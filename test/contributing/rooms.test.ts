import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../support/worked-example.js';

const text = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
const listed = [...text.matchAll(/^\| `([\w/]+)\/` \|/gm)].map(([, folder]) => folder!);

function foldersOf(parent: string): string[] {
  const entries = readdirSync(join(ROOT, parent), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

const listedIn = (parent: string) =>
  listed.filter((folder) => folder.startsWith(`${parent}/`)).map((folder) => folder.slice(parent.length + 1));

test.each(['src', 'native'])('CONTRIBUTING says what is in each room of %s', (parent) => {
  expect(listedIn(parent).sort()).toEqual(foldersOf(parent).sort());
});

test('CONTRIBUTING says what is in each folder of tests that mirrors no other folder', () => {
  const folders = foldersOf('test');
  const said = listedIn('test');
  const mirrored = new Set([...foldersOf('src'), ...foldersOf('.'), 'tracker']);
  expect(folders.filter((name) => !mirrored.has(name) && !said.includes(name))).toEqual([]);
  expect(said.filter((name) => !folders.includes(name))).toEqual([]);
});

test('CONTRIBUTING has the rooms of src in the order of their imports', () => {
  const order = /const ROOMS = \[(.*?)\]/s.exec(readFileSync(join(ROOT, 'test', 'dependencies.test.ts'), 'utf8'))![1]!;
  expect(listedIn('src')).toEqual([...order.matchAll(/'(\w+)'/g)].map(([, room]) => room));
});

test('every path of the repository that CONTRIBUTING names is there', () => {
  const paths = [...text.matchAll(/`((?:src|native|test|docs|bench|examples)\/[\w./-]+)`(?!\])/g)].map(
    ([, path]) => path!,
  );
  expect(paths.length).toBeGreaterThan(50);
  expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});

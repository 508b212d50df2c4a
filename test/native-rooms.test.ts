import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';
import { circlesOf } from './support/import-graph.js';

const native = join(import.meta.dirname, '../native');

/** What each room may include besides itself. No room may include the addon. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  addon: ['accounting', 'recorder', 'sources', 'threads', 'support'],
  accounting: ['sources'],
  recorder: ['sources', 'threads', 'support'],
  sources: ['allocators', 'threads', 'tracker', 'support'],
  allocators: ['support'],
  threads: ['support'],
  tracker: ['support'],
  support: [],
};

const roomOf = (file: string): string => file.split('/', 1)[0]!;

const files = readdirSync(native, { recursive: true })
  .map(String)
  .filter((name) => /\.(cc|h)$/.test(name));

const includes = files.flatMap((file) =>
  [...readFileSync(join(native, file), 'utf8').matchAll(/^#include "(.+)"$/gm)].map(([, path]) => ({
    file,
    included: normalize(join(dirname(file), path!)),
  })),
);

const includesOf = new Map(
  files.map((from) => [from, includes.filter(({ file }) => file === from).map(({ included }) => included)]),
);

test('every file is in a room', () => {
  expect(readdirSync(native).sort()).toEqual(Object.keys(BELOW).sort());
});

test('a room includes only those below it', () => {
  const wrong = includes.filter(({ file, included }) => {
    const [from, to] = [roomOf(file), roomOf(included)];
    return from !== to && !BELOW[from]!.includes(to);
  });
  expect(wrong).toEqual([]);
});

test('the interface of the tracker is its only file that other rooms include', () => {
  const seen = includes.filter(({ file, included }) => roomOf(file) !== 'tracker' && roomOf(included) === 'tracker');
  expect(new Set(seen.map(({ included }) => included))).toEqual(new Set(['tracker/abi.h']));
});

test('no file includes itself by way of others', () => {
  expect(includes.length).toBeGreaterThan(files.length);
  expect(circlesOf(includesOf)).toEqual([]);
});

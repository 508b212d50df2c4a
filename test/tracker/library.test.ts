import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { isInstalled, TRACKER } from '../support/compiled-programs.js';

const list = fileURLToPath(new URL('../../native/tracker/hooked_functions.h', import.meta.url));

/** The lines that a program of binutils prints; undefined where binutils are not installed. */
function linesOf(program: string, ...args: string[]): string[] | undefined {
  const { error, stdout } = spawnSync(program, [...args, TRACKER], { encoding: 'utf8' });
  return error ? undefined : stdout.split('\n').filter(Boolean);
}

const symbols = linesOf('nm', '-D');
const needed = linesOf('readelf', '-d');

test('the library can be preloaded', () => expect(isInstalled(TRACKER)).toBe(true));

test.skipIf(symbols === undefined)('the library exports the hooked functions of the list and its table', () => {
  const hooked = [...readFileSync(list, 'utf8').matchAll(/^ +X\((\w+),/gm)].map(([, name]) => name!);
  expect(hooked.length).toBeGreaterThan(35);
  const expected = [...hooked, 'stageprof_tracker_v1'].sort();
  const exported = symbols!.filter((line) => / [TDRBV] /.test(line)).map((line) => line.split(' ').at(-1)!);
  expect(exported.sort()).toEqual(expected);
});

test.skipIf(symbols === undefined)('the library needs no glibc newer than 2.17', () => {
  const versions = symbols!.map((line) => /@GLIBC_2\.(\d+)/.exec(line)?.[1]).filter((minor) => minor !== undefined);
  expect(versions.length).toBeGreaterThan(0);
  expect(Math.max(...versions.map(Number))).toBeLessThanOrEqual(17);
});

test.skipIf(needed === undefined)('the library needs no other library than libc', () => {
  const libraries = needed!.filter((line) => line.includes('(NEEDED)')).map((line) => /\[(.*)\]/.exec(line)?.[1]);
  expect(libraries).toHaveLength(1);
  expect(libraries[0]).toMatch(/^libc\./);
});

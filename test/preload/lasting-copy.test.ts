import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { isPreloadable, lastingCopy } from '../../src/preload/lasting-copy.js';
import { temporaryFolder } from '../support/temporary-folder.js';

function library(text = 'a library'): { path: string; folder: string } {
  const folder = temporaryFolder();
  const path = join(folder, 'lib.so');
  writeFileSync(path, text);
  return { path, folder: join(folder, 'cache', 'stageprof') };
}

test('a copy has the name of the library, is made once, and is closed to others', () => {
  const { path, folder } = library();
  const first = lastingCopy(path, [folder]);
  expect(first).toEqual({ path: expect.stringMatching(/\/[0-9a-f]{32}\/lib\.so$/), missing: null });
  expect(readFileSync(first.path!, 'utf8')).toBe('a library');
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  const { ino } = statSync(first.path!);
  expect(lastingCopy(path, [folder])).toEqual(first);
  expect(statSync(first.path!).ino).toBe(ino);
  expect(readdirSync(dirname(first.path!))).toEqual(['lib.so']);
});

test('other content gets another copy, and the first stays', () => {
  const { path, folder } = library();
  const first = lastingCopy(path, [folder]).path!;
  writeFileSync(path, 'another version');
  const second = lastingCopy(path, [folder]).path!;
  expect(second).not.toBe(first);
  expect([first, second].map((copy) => readFileSync(copy, 'utf8'))).toEqual(['a library', 'another version']);
});

test('a copy that is not complete, not plain or open to others is made again', () => {
  const { path, folder } = library();
  const copy = lastingCopy(path, [folder]).path!;
  const spoil: (() => void)[] = [
    () => writeFileSync(copy, 'a libr'),
    () => writeFileSync(copy, 'a_library'),
    () => chmodSync(copy, 0o777),
  ];
  for (const spoilt of spoil) {
    spoilt();
    expect(lastingCopy(path, [folder]).path).toBe(copy);
    expect(readFileSync(copy, 'utf8')).toBe('a library');
    expect(lstatSync(copy).mode & 0o022).toBe(0);
  }
});

test('a folder that others can write to, or that is a link, is passed over for the next one', () => {
  const { path, folder } = library();
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o777);
  const link = join(dirname(folder), 'link');
  symlinkSync(dirname(folder), link);
  expect(lastingCopy(path, [folder])).toEqual({
    path: null,
    missing: expect.stringContaining('others can write to it'),
  });
  expect(lastingCopy(path, [link])).toEqual({ path: null, missing: expect.stringContaining('it is no folder') });
  const other = join(dirname(folder), 'other');
  expect(basename(dirname(dirname(lastingCopy(path, [link, folder, other]).path!)))).toBe('other');
});

test('without a folder there is no copy, with the reason', () => {
  const { path } = library();
  expect(lastingCopy(path, [])).toEqual({ path: null, missing: expect.stringContaining('no folder is known') });
  expect(lastingCopy(path, ['/proc/nowhere/stageprof'])).toEqual({
    path: null,
    missing: expect.stringMatching(/^\/proc\/nowhere\/stageprof: no copy of the tracker can be there, /),
  });
});

test.each([
  ['/opt/stageprof/lib.so', true],
  ['/opt/my programs/lib.so', false],
  ['/opt/a:b/lib.so', false],
])('LD_PRELOAD can hold %s: %s', (path, can) => {
  expect(isPreloadable(path)).toBe(can);
});

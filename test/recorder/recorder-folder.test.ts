import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileSystemOf } from '../../src/os/file-system.js';
import {
  makeRecorderFolder,
  pidOfName,
  recorderFolder,
  recorderName,
  shortLivedRecorderFolder,
} from '../../src/recorder/recorder-folder.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const OWN = `stageprof-${process.getuid?.()}`;

test.each([
  ['a folder somebody has chosen', { STAGEPROF_DIR: '/a/b', XDG_RUNTIME_DIR: '/run/user/1' }, '/a/b'],
  ["the user's own of this run", { XDG_RUNTIME_DIR: '/run/user/1' }, '/run/user/1/stageprof'],
])('recorders are in %s, also those made for an input', (_, env, folder) => {
  expect(recorderFolder(env)).toBe(folder);
  expect(shortLivedRecorderFolder(env)).toBe(folder);
});

test('otherwise in the folder for temporary files, and recorders of inputs in memory where that is possible', () => {
  expect(recorderFolder({})).toBe(join(tmpdir(), OWN));
  const isThere =
    statSync('/dev/shm', { throwIfNoEntry: false })?.isDirectory() && fileSystemOf('/dev/shm').name === 'tmpfs';
  expect(shortLivedRecorderFolder({})).toBe(isThere ? join('/dev/shm', OWN) : join(tmpdir(), OWN));
});

test('a folder is made for this user alone, and taken again', () => {
  const folder = join(temporaryFolder(), 'recorders');
  expect(makeRecorderFolder(folder)).toBe(folder);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(makeRecorderFolder(folder)).toBe(folder);
});

test.each([
  ['that is open to others', (path: string) => mkdirSync(path, { mode: 0o755 }), 'is open to other users'],
  ['that is a link', (path: string) => symlinkSync(temporaryFolder(), path), 'is no folder'],
  ['that is a file', (path: string) => writeFileSync(path, ''), 'is no folder'],
])('one %s is refused', (_, make, reason) => {
  const path = join(temporaryFolder(), 'recorders');
  make(path);
  expect(() => makeRecorderFolder(path)).toThrow(reason);
});

test('a name tells its process, and is given once', () => {
  const names = [recorderName(4711), recorderName(4711), recorderName()];
  expect(new Set(names).size).toBe(3);
  expect(names.map(pidOfName)).toEqual([4711, 4711, process.pid]);
  expect(pidOfName('notes.recorder')).toBeUndefined();
});

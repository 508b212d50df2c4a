import { execFileSync } from 'node:child_process';
import { symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readPlainFile } from '../../src/os/plain-file.js';
import { temporaryFolder } from '../support/temporary-folder.js';

test('a file that a program has left is read as far as it is plain and of a possible size', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'left');
  writeFileSync(path, 'text');
  expect(readPlainFile(path, 4).toString()).toBe('text');
  expect(() => readPlainFile(path, 3)).toThrow('its 4 bytes are more than such a file can have');
  // Nothing of it is read first: it takes no room on the disk.
  truncateSync(path, 2 ** 40);
  expect(() => readPlainFile(path, 2 ** 28)).toThrow('its 1099511627776 bytes');
  expect(() => readPlainFile(join(folder, 'none'), 9)).toThrow('ENOENT');
});

test('neither a link, a pipe without a writer nor a folder is taken for it', () => {
  const folder = temporaryFolder();
  const at = (name: string) => join(folder, name);
  writeFileSync(at('file'), '');
  symlinkSync(at('file'), at('link'));
  execFileSync('mkfifo', [at('pipe')]);
  expect(() => readPlainFile(at('link'), 9)).toThrow('ELOOP');
  for (const path of [at('pipe'), folder]) expect(() => readPlainFile(path, 9)).toThrow('not a plain file');
});

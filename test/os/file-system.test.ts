import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { fileSystemOf } from '../../src/os/file-system.js';

test.runIf(existsSync('/dev/shm'))('memory is told from a disk', () => {
  expect(fileSystemOf('/dev/shm')).toEqual({ name: 'tmpfs', isRemote: false });
});

// stat(1) has other names for the same numbers.
test.each(['/tmp', '/', import.meta.dirname])('%s is what stat(1) says, where its kind is known', (path) => {
  const name = execFileSync('stat', ['-f', '-c', '%T', path], { encoding: 'utf8' }).trim();
  const found = fileSystemOf(path);
  // All versions of ext have the same number.
  expect(found.name?.replace('ext4', 'ext2/ext3') ?? name).toBe(name);
});

test('a path that is not there is an error', () => {
  expect(() => fileSystemOf('/no/such/path')).toThrow('ENOENT');
});

import { expect, test } from 'vitest';
import { memoryLimit } from '../../src/doctor/machine.js';

const PATH = '/sys/fs/cgroup/a/memory.max';

test.each([
  ['no cgroups', {}, null],
  ['no limit', { '/proc/self/cgroup': '0::/a\n', [PATH]: 'max\n' }, null],
  ['a limit', { '/proc/self/cgroup': '0::/a\n', [PATH]: '2097152\n' }, { kb: 2048, path: PATH }],
])('memoryLimit with %s', (_, files: Record<string, string>, limit) => {
  expect(memoryLimit((path) => files[path])).toEqual(limit);
});

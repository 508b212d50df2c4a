import { expect, test } from 'vitest';
import { memoryLimit } from '../../src/cli/machine.js';

const V2 = '/sys/fs/cgroup';
const V1 = '/sys/fs/cgroup/memory';

test.each([
  ['no cgroups', {}, null],
  ['no limit', { '/proc/self/cgroup': '0::/a\n', [`${V2}/a/memory.max`]: 'max\n' }, null],
  [
    'version 2',
    { '/proc/self/cgroup': '0::/a/b\n', [`${V2}/a/b/memory.max`]: '2097152\n' },
    { kb: 2048, path: `${V2}/a/b/memory.max` },
  ],
  [
    'a lower limit above',
    { '/proc/self/cgroup': '0::/job/step\n', [`${V2}/job/step/memory.max`]: '8192', [`${V2}/job/memory.max`]: '4096' },
    { kb: 4, path: `${V2}/job/memory.max` },
  ],
  [
    'version 1, with a colon in its path',
    { '/proc/self/cgroup': '9:cpu:/x\n4:cpuset,memory:/a:b\n', [`${V1}/a:b/memory.limit_in_bytes`]: '1048576' },
    { kb: 1024, path: `${V1}/a:b/memory.limit_in_bytes` },
  ],
  [
    'version 1 without a limit',
    { '/proc/self/cgroup': '4:memory:/\n', [`${V1}/memory.limit_in_bytes`]: '9223372036854771712' },
    null,
  ],
  [
    'a container that sees its cgroup as the root',
    { '/proc/self/cgroup': '0::/../x\n', [`${V2}/memory.max`]: '1024' },
    { kb: 1, path: `${V2}/memory.max` },
  ],
])('memoryLimit with %s', (_, files: Record<string, string>, limit) => {
  expect(memoryLimit((path) => files[path])).toEqual(limit);
});

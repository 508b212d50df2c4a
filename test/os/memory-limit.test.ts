import { expect, test } from 'vitest';
import { isMemoryGroupKnown, lowestMemoryGroup } from '../../src/os/memory-limit.js';

const V2 = '/sys/fs/cgroup';
const V1 = '/sys/fs/cgroup/memory';

/** In version 2 of control groups. */
function group(folder: string, limitBytes: number | null) {
  return { limitPath: `${folder}/memory.max`, limitBytes, eventsPath: `${folder}/memory.events` };
}

test.each([
  ['no cgroups', {}, null],
  [
    'no limit: its own group',
    { '/proc/self/cgroup': '0::/a\n', [`${V2}/a/memory.max`]: 'max\n' },
    group(`${V2}/a`, null),
  ],
  [
    'a limit of its own',
    { '/proc/self/cgroup': '0::/a/b\n', [`${V2}/a/b/memory.max`]: '2097152\n' },
    group(`${V2}/a/b`, 2097152),
  ],
  [
    'a lower limit above',
    { '/proc/self/cgroup': '0::/job/step\n', [`${V2}/job/step/memory.max`]: '8192', [`${V2}/job/memory.max`]: '4096' },
    group(`${V2}/job`, 4096),
  ],
  [
    'the same limit above: the innermost',
    { '/proc/self/cgroup': '0::/job/step\n', [`${V2}/job/step/memory.max`]: '4096', [`${V2}/job/memory.max`]: '4096' },
    group(`${V2}/job/step`, 4096),
  ],
  [
    'version 1, with a colon in its path',
    { '/proc/self/cgroup': '9:cpu:/x\n4:cpuset,memory:/a:b\n', [`${V1}/a:b/memory.limit_in_bytes`]: '1048576' },
    { limitPath: `${V1}/a:b/memory.limit_in_bytes`, limitBytes: 1048576, eventsPath: `${V1}/a:b/memory.oom_control` },
  ],
  [
    'version 1 without a limit',
    { '/proc/self/cgroup': '4:memory:/\n', [`${V1}/memory.limit_in_bytes`]: '9223372036854771712' },
    { limitPath: `${V1}/memory.limit_in_bytes`, limitBytes: null, eventsPath: `${V1}/memory.oom_control` },
  ],
  [
    'a container that sees its cgroup as the root',
    { '/proc/self/cgroup': '0::/../x\n', [`${V2}/memory.max`]: '1024' },
    group(V2, 1024),
  ],
])('the lowest group with %s', (_, files: Record<string, string>, lowest) => {
  expect(lowestMemoryGroup((path) => files[path])).toEqual(lowest);
});

test.each([
  ['nothing in /proc', { [`${V2}/memory.max`]: '1024' }, false],
  ['an empty file in /proc', { '/proc/self/cgroup': '', [`${V2}/cgroup.controllers`]: 'memory' }, false],
  ['files that are not mounted', { '/proc/self/cgroup': '0::/\n' }, false],
  ['a limit', { '/proc/self/cgroup': '0::/a\n', [`${V2}/a/memory.max`]: '1024' }, true],
  ['the root of version 2', { '/proc/self/cgroup': '0::/\n', [`${V2}/cgroup.controllers`]: 'memory' }, true],
])('whether the limit is known with %s', (_, files: Record<string, string>, isKnown) => {
  expect(isMemoryGroupKnown((path) => files[path])).toBe(isKnown);
});

import { expect, test } from 'vitest';
import { lowestCpuLimit } from '../../src/os/cpu-limit.js';

const V2 = '/sys/fs/cgroup';
const V1 = '/sys/fs/cgroup/cpu';

test.each([
  ['no cgroups', {}, null],
  ['no quota', { '/proc/7/cgroup': '0::/a\n', [`${V2}/a/cpu.max`]: 'max 100000\n' }, null],
  ['a quota of its own', { '/proc/7/cgroup': '0::/a\n', [`${V2}/a/cpu.max`]: '150000 100000\n' }, 1.5],
  [
    'a quota two levels above',
    { '/proc/7/cgroup': '0::/job/step/task\n', [`${V2}/job/cpu.max`]: '200000 100000\n' },
    2,
  ],
  [
    'a lower quota above',
    {
      '/proc/7/cgroup': '0::/job/step\n',
      [`${V2}/job/step/cpu.max`]: '400000 100000\n',
      [`${V2}/job/cpu.max`]: '100000 100000\n',
    },
    1,
  ],
  [
    'a higher quota above',
    {
      '/proc/7/cgroup': '0::/job/step\n',
      [`${V2}/job/step/cpu.max`]: '50000 100000\n',
      [`${V2}/job/cpu.max`]: '100000 100000\n',
    },
    0.5,
  ],
  [
    'version 1, with a lower quota above',
    {
      '/proc/7/cgroup': '9:memory:/x\n4:cpuset:/y\n1:cpu,cpuacct:/a:b/c\n0::/\n',
      [`${V1}/a:b/c/cpu.cfs_quota_us`]: '-1\n',
      [`${V1}/a:b/c/cpu.cfs_period_us`]: '100000\n',
      [`${V1}/a:b/cpu.cfs_quota_us`]: '300000\n',
      [`${V1}/a:b/cpu.cfs_period_us`]: '100000\n',
    },
    3,
  ],
  [
    'a container that sees its cgroup as the root',
    { '/proc/7/cgroup': '0::/../x\n', [`${V2}/cpu.max`]: '200000 100000' },
    2,
  ],
])('the CPUs of a process with %s', (_, files: Record<string, string>, cpus) => {
  expect(lowestCpuLimit((path) => files[path], 7)).toBe(cpus);
});

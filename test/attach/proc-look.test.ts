import { describe, expect, test } from 'vitest';
import { type ProcLook, sumMappings } from '../../src/attach/proc-look.js';
import { renderProc } from '../../src/attach/proc-text.js';
import { parseMappings } from '../../src/os/process-mappings.js';

const lines = (...entries: readonly (readonly [head: string, rss: number])[]) =>
  parseMappings(entries.map(([head, rss]) => `${head}\nRss: ${rss} kB`).join('\n'));

describe('mappings are summed by what they are mapped from', () => {
  const sums = sumMappings(
    lines(
      ['00400000-00500000 r--p 00000000 08:01 7 /usr/bin/node', 100],
      ['00500000-00900000 r-xp 00100000 08:01 7 /usr/bin/node', 1000],
      ['00900000-00a00000 rw-p 00500000 08:01 7 /usr/bin/node', 20],
      // The variables that begin as zeros.
      ['00a00000-00b00000 rw-p 00000000 00:00 0', 3],
      ['01000000-02000000 rw-p 00000000 00:00 0 [heap]', 4000],
      ['7f0000000000-7f0004000000 rw-p 00000000 00:00 0', 50_000],
      ['7f1000000000-7f1000001000 ---p 00000000 00:00 0', 0],
      ['7f1000001000-7f1000801000 rw-p 00000000 00:00 0', 60],
      ['7f2000000000-7f2001000000 r--s 00000000 08:01 9 /data/words.bin', 700],
      ['7f3000000000-7f3001000000 rw-s 00000000 00:05 8 /dev/shm/ring', 80],
      ['7f4000000000-7f4001000000 rw-s 00000000 00:05 8 /memfd:wasm (deleted)', 9],
      ['7ffc00000000-7ffc00100000 rw-p 00000000 00:00 0 [stack]', 40],
    ),
  );

  test('each is in one sum', () => {
    expect(sums).toMatchObject({
      anonymousKib: 54_000,
      brkKib: 4000,
      stacksKib: 100,
      sharedKib: 89,
      codeKib: 1123,
      filesKib: 700,
    });
  });

  test('modules, files and the largest mappings are told by name', () => {
    expect(sums.modules).toEqual([{ name: '/usr/bin/node', kib: 1123, isCode: true }]);
    expect(sums.files).toEqual([{ name: '/data/words.bin', kib: 700, isCode: false }]);
    expect(sums.largest).toEqual([{ kib: 50_000, times: 1 }]);
  });
});

describe('what /proc tells is words', () => {
  const look: ProcLook = {
    target: { pid: 4711, startTicks: 1, command: 'node \x1b[31mserver.js' },
    status: {
      state: 'T',
      user: 1000,
      tracer: 0,
      innerPid: 4711,
      rssKib: 204_800,
      peakRssKib: 409_600,
      anonymousKib: null,
      filesKib: null,
      sharedKib: null,
      swapKib: 2048,
      caught: 0n,
    },
    mapped: { missing: 'permission denied (EACCES)' },
    threads: [
      { name: 'node', threads: 1, share: 0.98 },
      { name: 'libuv-worker', threads: 4, share: 0.5 },
      { name: 'idle', threads: 2, share: 0 },
    ],
    watchedS: 0.5,
    grownKib: 3072,
    limits: { memoryKib: 1024 ** 2, memoryPath: '/sys/fs/cgroup/job/memory.max', isMemoryKnown: true, cpus: 2 },
  };

  test('all of them', () => {
    expect(renderProc(look, {}).split('\n')).toEqual([
      'process    4711, node \\x1b[31mserver.js, user 1000, stopped',
      'memory     200 MiB resident, 400 MiB at its peak, 2.00 MiB in swap, +3.00 MiB in 500 ms; limit 1.00 GiB by /sys/fs/cgroup/job/memory.max',
      'mapped     who maps it cannot be seen: permission denied (EACCES)',
      'threads    7 threads, 148.0% of a CPU in 500 ms: node 98.0%, libuv-worker (4) 50.0%; its cgroup gives it 2 CPUs',
      '',
    ]);
  });

  test.each([
    ['no limit', true, null, /; its cgroup sets no limit$/m],
    ['a limit that cannot be seen', false, null, /; the limit of its cgroup is unknown$/m],
    ['one CPU', true, 1, /; its cgroup gives it 1 CPU$/m],
    ['a part of a CPU', true, 1 / 3, /; its cgroup gives it 0\.333 CPUs$/m],
  ])('%s', (_, isMemoryKnown, cpus, text) => {
    expect(renderProc({ ...look, limits: { memoryKib: null, memoryPath: null, isMemoryKnown, cpus } }, {})).toMatch(
      text,
    );
  });
});

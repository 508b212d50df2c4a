import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { codeAndStacks, readCodeAndStacks } from '../../src/native/address-space.js';

const SMAPS = `\
00400000-0057b000 r-xp 00000000 08:01 131081                             /usr/bin/node with a space
Size:               1516 kB
Rss:                 100 kB
Pss:                  90 kB
3b9c5000-3ba00000 rw-p 00000000 00:00 0                                  [heap]
Rss:                4000 kB
7f0000000000-7f0000100000 rw-p 00000000 00:00 0
Rss:                  30 kB
7f0000200000-7f0000300000 rw-p 00000000 00:00 0
Rss:                 500 kB
7f0000400000-7f0000500000 r--s 00000000 08:01 77                         /tmp/gone (deleted)
Rss:                   8 kB
7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0                          [stack]
Rss:                  40 kB
7ffd00030000-7ffd00032000 r-xp 00000000 00:00 0                          [vdso]
Rss:                   4 kB
`;

test('files, the main stack and the ranges a thread has its stack in are told from the rest', () => {
  const KIB = 1024;
  expect(codeAndStacks(SMAPS, [])).toEqual({ fileBytes: 112 * KIB, stackBytes: 40 * KIB });
  expect(codeAndStacks(SMAPS, [0x7f0000080000])).toEqual({ fileBytes: 112 * KIB, stackBytes: 70 * KIB });
  // The end of a range is not in it; main's own pointer does not count its stack twice.
  expect(codeAndStacks(SMAPS, [0x7f0000100000, 0x7ffd00010000])).toEqual({
    fileBytes: 112 * KIB,
    stackBytes: 40 * KIB,
  });
});

test('nothing to read is nothing resident', () => {
  expect(codeAndStacks('', [1])).toEqual({ fileBytes: 0, stackBytes: 0 });
});

test('of this process it finds the code of node and the stacks of its threads', () => {
  const { fileBytes, stackBytes } = readCodeAndStacks()!;
  const shared = /^(?:\d+ ){2}(\d+)/.exec(readFileSync('/proc/self/statm', 'latin1'))![1];
  // What the kernel calls shared is the files' part that was not written to.
  expect(fileBytes).toBeGreaterThan(0.9 * Number(shared) * 4096);
  expect(stackBytes).toBeGreaterThan(16 * 1024);
  expect(stackBytes).toBeLessThan(64 * 1024 * 1024);
});

import { underEach } from './under-each.js';

const KIB = 1024;
const WORKS = [
  { work: '16 to 1024 bytes', leastBytes: 16, mostBytes: KIB, threads: 1 },
  { work: '16 KiB', leastBytes: 16 * KIB, mostBytes: 16 * KIB, threads: 1 },
  { work: '16 to 1024 bytes, two threads', leastBytes: 16, mostBytes: KIB, threads: 2 },
  { work: '16 KiB, two threads', leastBytes: 16 * KIB, mostBytes: 16 * KIB, threads: 2 },
  { work: '100 KiB, two threads', leastBytes: 100 * KIB, mostBytes: 100 * KIB, threads: 2 },
];

/** @type {import('./index.js').Question} */
export default {
  asks: 'What does the tracker add to a malloc and its free?',
  operation: 'malloc and free, on each thread',
  kind: 'overhead',
  timing: { turnMs: 20, turns: 8 },
  rounds: 9,
  contenders: WORKS.flatMap(({ work, ...options }) =>
    underEach({ name: work, module: 'malloc-loop', options }, { heaptrackShare: 0.02 }),
  ),
  budgets: WORKS.filter(({ threads }) => threads === 1).flatMap(({ work }) => [
    {
      text: `the tracker adds at most 6 ns to a malloc and free of ${work}`,
      contender: `${work}, tracker`,
      against: work,
      nsAboveAtMost: 6,
    },
    {
      text: `the tracker by module adds at most 9 ns to a malloc and free of ${work}`,
      contender: `${work}, tracker by module`,
      against: work,
      nsAboveAtMost: 9,
    },
  ]),
};

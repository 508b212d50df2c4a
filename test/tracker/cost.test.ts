import { spawnSync } from 'node:child_process';
import { afterAll, expect, test } from 'vitest';
import { Programs, TRACKER } from '../support/compiled-programs.js';

const OPERATIONS = 200_000;
/** The cache that is simulated, whatever the machine has: 32 KiB of 8 ways. */
const CACHES = ['--I1=32768,8,64', '--D1=32768,8,64', '--LL=8388608,16,64'];

const programs = new Programs();
afterAll(() => programs[Symbol.dispose]());

const valgrind = spawnSync('valgrind', ['--version'], { encoding: 'utf8' });
/** A build with sanitizers is not the one that is counted. */
const canCount = valgrind.status === 0 && process.env.STAGEPROF_TEST_TRACKER === undefined;
const reason = canCount ? '' : ': skipped, valgrind is not installed, or the tracker is built with sanitizers';

interface Counts {
  readonly instructions: number;
  readonly misses: number;
}

/** What cachegrind counts for a program: instructions, and misses of the first-level data cache. */
function count(program: string, operations: number, environment: NodeJS.ProcessEnv): Counts {
  const { stderr, status } = spawnSync(
    'valgrind',
    [
      '--tool=cachegrind',
      '--cache-sim=yes',
      ...CACHES,
      `--cachegrind-out-file=${programs.folder}/out`,
      program,
      String(operations),
    ],
    { encoding: 'utf8', env: { ...process.env, ...environment } },
  );
  expect(status, stderr).toBe(0);
  const total = (name: RegExp): number => Number(name.exec(stderr)![1]!.replaceAll(',', ''));
  return { instructions: total(/I +refs: +([\d,]+)/), misses: total(/D1 +misses: +([\d,]+)/) };
}

/** For each operation, without the start of the process. */
function countOperation(environment: NodeJS.ProcessEnv): Counts {
  const program = programs.compile('large_heap.c');
  const start = count(program, 0, environment);
  const end = count(program, OPERATIONS, environment);
  return {
    instructions: (end.instructions - start.instructions) / OPERATIONS,
    misses: (end.misses - start.misses) / OPERATIONS,
  };
}

test.skipIf(!canCount)(
  `in a heap that is larger than the caches, a malloc or free takes at most 20 instructions and 0.1 misses more${reason}`,
  () => {
    const plain = countOperation({});
    const tracked = countOperation({ LD_PRELOAD: TRACKER });
    // The program's own work is counted in both.
    expect(plain.instructions).toBeGreaterThan(20);
    expect(tracked.instructions - plain.instructions).toBeGreaterThan(5);
    expect(tracked.instructions - plain.instructions).toBeLessThanOrEqual(20);
    expect(tracked.misses - plain.misses).toBeLessThanOrEqual(0.1);
  },
);

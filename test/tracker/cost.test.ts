import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Programs, TRACKER } from '../support/compiled-programs.js';

const OPERATIONS = 200_000;
/** A busy machine needs a minute for what takes seconds otherwise. */
const SLOWEST_MS = 600_000;
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
function count([program, ...args]: readonly [string, ...string[]], environment: NodeJS.ProcessEnv): Counts {
  const { stderr, status } = spawnSync(
    'valgrind',
    [
      '--tool=cachegrind',
      '--cache-sim=yes',
      ...CACHES,
      `--cachegrind-out-file=${programs.folder}/out`,
      program,
      ...args,
    ],
    { encoding: 'utf8', env: { ...process.env, ...environment } },
  );
  expect(status, stderr).toBe(0);
  const total = (name: RegExp): number => Number(name.exec(stderr)![1]!.replaceAll(',', ''));
  return { instructions: total(/I +refs: +([\d,]+)/), misses: total(/D1 +misses: +([\d,]+)/) };
}

/** For each operation, without the start of the process. @param args come after the number of operations */
function countOperation(source: string, args: readonly string[], environment: NodeJS.ProcessEnv): Counts {
  const program = programs.compile(source);
  const start = count([program, '0', ...args], environment);
  const end = count([program, String(OPERATIONS), ...args], environment);
  return {
    instructions: (end.instructions - start.instructions) / OPERATIONS,
    misses: (end.misses - start.misses) / OPERATIONS,
  };
}

/** As under `stageprof run`. */
const BY_MODULE = { STAGEPROF_TRACK_MODULES: '1', STAGEPROF_TRACK_LIVE: '524288' };

let plain: Counts;
beforeAll(() => {
  if (canCount) plain = countOperation('large_heap.c', [], {});
}, SLOWEST_MS);

test.skipIf(!canCount).each([
  ['', {}, 20, 0.1],
  // Most of the misses are those of the filter that a free looks into.
  [' by module, with a sample of live blocks', BY_MODULE, 56, 0.4],
] as const)(
  `in a heap that is larger than the caches, a malloc or free%s takes few instructions and misses more${reason}`,
  (_, environment, mostInstructions, mostMisses) => {
    const tracked = countOperation('large_heap.c', [], { LD_PRELOAD: TRACKER, ...environment });
    // The program's own work is counted in both.
    expect(plain.instructions).toBeGreaterThan(20);
    expect(tracked.instructions - plain.instructions).toBeGreaterThan(5);
    expect(tracked.instructions - plain.instructions).toBeLessThanOrEqual(mostInstructions);
    expect(tracked.misses - plain.misses).toBeLessThanOrEqual(mostMisses);
  },
  SLOWEST_MS,
);

test.skipIf(!canCount)(
  `a block of 16 KiB, taken and freed at once, is seldom more than counted by module${reason}`,
  () => {
    const bytes = [String(16 * 1024)];
    const alone = countOperation('hot_loop.c', bytes, {});
    const tracked = countOperation('hot_loop.c', bytes, { LD_PRELOAD: TRACKER, ...BY_MODULE });
    expect(alone.instructions).toBeGreaterThan(20);
    expect(tracked.instructions - alone.instructions).toBeGreaterThan(50);
    // Handed over at each second block, it takes 142.
    expect(tracked.instructions - alone.instructions).toBeLessThanOrEqual(130);
  },
  SLOWEST_MS,
);

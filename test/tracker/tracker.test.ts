import { afterAll, describe, expect, test } from 'vitest';
import { ALLOCATORS, checksOf, isInstalled, type Outcome, Programs, runBoth } from '../support/compiled-programs.js';
import { expectRight } from '../support/expect-right.js';
import { expectOneNameEach } from '../support/module-names.js';

const programs = new Programs();
afterAll(() => programs[Symbol.dispose]());

const ENDS: Record<string, Partial<Outcome>> = {
  'pitfalls vfork-exec': { code: 4 },
  'pitfalls at-exit': { code: 6 },
  'pitfalls abort': { code: null, signal: 'SIGABRT' },
};

function expectExact(source: string, args: string[], behind: string[], environment = {}): void {
  const command = [programs.compile(source), ...args];
  const { tracked, plainStderr } = expectRight(command, behind, environment);
  expect(plainStderr).toBe('');
  const code = source === 'functions.c' ? 7 : 0;
  const name = `${source.split('.')[0]} ${args[0] ?? ''}`;
  expect(tracked).toMatchObject(ENDS[name] ?? { code, signal: null });
}

function expectCounted(source: string, args: string[], behind: string[], environment = {}): void {
  const { checks, wrong } = checksOf([programs.compile(source), ...args], behind, environment);
  expect(wrong).toEqual([]);
  expect(checks.length).toBeGreaterThan(0);
}

const FUNCTIONS = ['malloc', 'calloc', 'realloc', 'reallocarray', 'memalign', 'aligned_alloc', 'posix_memalign'];
FUNCTIONS.push('valloc', 'pvalloc', 'free_sized', 'free_aligned_sized', 'cfree');
const PITFALLS = ['free-null', 'allocation-fails', 'realloc-fails', 'realloc', 'realloc-zero', 'bad-alignment'];
PITFALLS.push('fork', 'vfork-exec', 'dlerror', 'abort', 'at-exit');
const MAPPING = ['mappings.c', 'commit.c', 'contend.c'];
const THREADS = ['end', 'late-destructors', 'churn', 'free-elsewhere', 'realloc-first'];

describe.each([['libc', []], ...ALLOCATORS.map((name): [string, string[]] => [name, [name]])])(
  'with %s behind it the tracker counts exactly',
  (name, behind) => {
    const present = behind.every(isInstalled);
    if (!present) test('nothing', ({ skip }) => skip(`${name} is not installed`));

    describe.skipIf(!present).each(['0', '1'])('modules %s', (modules) => {
      const environment = { STAGEPROF_TRACK_MODULES: modules };
      // Not every libc has these functions. Where they are missing, the program cannot run without the tracker.
      const only = new Set(['free_sized', 'free_aligned_sized', 'cfree']);
      // jemalloc has no pvalloc. Its free crashes on a block of libc's pvalloc, with the tracker and without.
      const functions = FUNCTIONS.filter((name) => name !== 'pvalloc' || !behind.includes('libjemalloc.so.2'));
      test.each(functions)('%s', (name) => {
        if (only.has(name)) expectCounted('functions.c', [name], behind, environment);
        else expectExact('functions.c', [name], behind, environment);
      });
      test.each(PITFALLS)('%s', (name) => expectExact('pitfalls.c', [name], behind, environment));
      test.each(THREADS)('threads: %s', (name) => expectExact('threads.c', [name], behind, environment));
      // 600 threads are more than can have a shard of their own.
      test.each(['8', '600'])('%s threads that are still alive', (count) =>
        expectExact('living_threads.c', [count], behind, environment),
      );
      // The constructor of a library runs before those of the libraries preloaded before it. The early library must still
      // start after the allocator, because tcmalloc says until its own constructor has run that its blocks have no bytes.
      test('threads that started before the tracker', () => {
        const early = programs.compile('early_library.c', 'early_library.so');
        expectExact('early_threads.c', [], [early, ...behind], environment);
      });
      test('operators new and delete', () => {
        // mimalloc aborts where the others throw.
        const args = behind.includes('libmimalloc.so.2') ? [] : ['throws'];
        expectExact('operators.cc', args, behind, environment);
      });
      test.each(MAPPING)('mappings: %s', (source) => {
        const plugin = programs.compile(source, `${source}.mapping.so`);
        expectExact('run_plugin.c', [plugin], behind, environment);
      });
      test('the memory that each module allocates', () => {
        const plugins = ['first.so', 'second.so'].map((name) => programs.compile('plugin.cc', name));
        expectExact('modules.c', plugins, behind, environment);
      });
    });

    test.skipIf(!present)('a spike between two readings, for two readers', () => expectExact('windows.c', [], behind));
  },
);

test('the operators of one extension do not serve another', () => {
  const extensions = [programs.compile('own_operators.cc', 'own.so'), programs.compile('plugin.cc', 'first.so')];
  const { plain, tracked } = runBoth([programs.compile('local_operators.c'), ...extensions]);
  expect(plain).toEqual({ stdout: '1\n', code: 0, signal: null });
  expect(tracked).toEqual(plain);
});

test('modules that were loaded later are told apart even when the loader cannot be asked', () => {
  const oldLoader = programs.compile('old_loader.c', 'old_loader.so');
  const plugins = ['first.so', 'second.so'].map((name) => programs.compile('plugin.cc', name));
  expectExact('modules.c', plugins, [oldLoader], { STAGEPROF_TRACK_MODULES: '1' });
});

test('a module has one name, whatever the loader calls it', () => {
  expectOneNameEach(programs);
  expectOneNameEach(programs, [programs.compile('old_loader.c', 'old_loader.so')]);
});

test('a hooked function that libc lacks fails, and counts nothing', () => {
  expectExact('missing.c', [], [programs.compile('no_pvalloc.c', 'no_pvalloc.so')]);
});

// A million threads take a minute, so only `npm run test:soak` runs that many.
const MANY = process.env.STAGEPROF_SOAK === '1' ? 1_000_000 : 100_000;
test(`${MANY} threads, one after another`, () => expectExact('threads.c', ['many', String(MANY)], []), 600_000);

test('blocks that dlsym allocates during the search for the real functions can be grown and freed later', () => {
  const allocating = programs.compile('allocating_dlsym.c', 'allocating_dlsym.so');
  expectExact('after_dlsym.c', [], [allocating]);
});

import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

// Each remedy that the text of a finding names, tried on a program of the kind that it is named for.

const PROGRAM = new URL('../programs/findings/remedy.mjs', import.meta.url).pathname;

const run = (args: readonly string[], env: NodeJS.ProcessEnv) =>
  spawnSync(process.execPath, args, { encoding: 'utf8', env: { ...process.env, ...env } });

const numberOf = (work: string, env: NodeJS.ProcessEnv = {}, flags: readonly string[] = [], more: string[] = []) =>
  Number(run([...flags, PROGRAM, work, ...more], env).stdout);

const JEMALLOC = 'libjemalloc.so.2';
const GPERFTOOLS = 'libtcmalloc_minimal.so.4';
const isThere = (LD_PRELOAD: string) => run(['-e', '0'], { LD_PRELOAD }).stderr === '';

test.skipIf(!isThere(JEMALLOC))('jemalloc returns freed memory only with its setting', () => {
  const glibc = numberOf('freed');
  const jemalloc = numberOf('freed', { LD_PRELOAD: JEMALLOC });
  const MALLOC_CONF = 'dirty_decay_ms:0,muzzy_decay_ms:0';
  const returned = numberOf('freed', { LD_PRELOAD: JEMALLOC, MALLOC_CONF });
  expect(returned).toBeLessThan(glibc / 2);
  expect(returned).toBeLessThan(jemalloc / 2);
});

test.skipIf(!isThere(GPERFTOOLS))('gperftools returns freed memory with its setting', () => {
  const LD_PRELOAD = GPERFTOOLS;
  const returned = numberOf('freed', { LD_PRELOAD, TCMALLOC_AGGRESSIVE_DECOMMIT: '1' });
  expect(returned).toBeLessThan(numberOf('freed', { LD_PRELOAD }) / 2);
});

test('fewer arenas hold less where several threads work', { timeout: 180_000 }, () => {
  const UV_THREADPOOL_SIZE = '8';
  // How many threads of the pool run at once, and so take an arena each, is up to the machine.
  const three = (env: NodeJS.ProcessEnv) => [1, 2, 3].map(() => numberOf('arenas', { UV_THREADPOOL_SIZE, ...env }));
  const few = Math.min(...three({ MALLOC_ARENA_MAX: '2' }));
  expect(few).toBeLessThan(Math.max(...three({})) - 8);
});

test('mimalloc in an addon gives back what a collection frees, if it is told to', () => {
  const outputs = (env: NodeJS.ProcessEnv, ...more: string[]) => numberOf('outputs', env, ['--expose-gc'], more);
  const kept = outputs({});
  const returned = outputs({ MIMALLOC_PURGE_DELAY: '0' });
  expect(returned).toBeLessThan(kept - 32);
  expect(outputs({ MIMALLOC_PURGE_DELAY: '0' }, 'collect')).toBeLessThan(returned - 16);
});

test('a larger young generation needs fewer collections', () => {
  expect(numberOf('objects', {}, ['--max-semi-space-size=64'])).toBeLessThan(0.75 * numberOf('objects'));
});

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { ALLOCATORS, checksOf, isInstalled, Programs } from '../support/compiled-programs.js';
import { expectRight } from '../support/expect-right.js';

const programs = new Programs();
afterAll(() => programs[Symbol.dispose]());

function expectHeld(what: string, behind: string[], rate: number | bigint, modules = '1'): void {
  const plugins = ['first.so', 'second.so'].map((name) => programs.compile('plugin.cc', name));
  const command = [programs.compile('live_blocks.c', 'live_blocks', '-lm'), what, ...plugins];
  const environment = { STAGEPROF_TRACK_MODULES: modules, STAGEPROF_TRACK_LIVE: `${rate}` };
  const { tracked } = expectRight(command, behind, environment);
  expect(tracked).toMatchObject({ code: 0, signal: null });
}

// Two bytes are the lowest rate, at which each block is in the sample.
const EVERY_BLOCK = 2;

describe.each([['libc', []], ...ALLOCATORS.map((name): [string, string[]] => [name, [name]])])(
  'with %s behind it the sample of live blocks',
  (name, behind) => {
    if (!behind.every(isInstalled)) {
      test('nothing', ({ skip }) => skip(`${name} is not installed`));
      return;
    }
    test.each(['exact', 'functions', 'threads', 'ending'])('knows whose each live block is: %s', (what) =>
      expectHeld(what, behind, EVERY_BLOCK),
    );
    test.each([65536, 524288])('has the bytes of all blocks but for chance, at one in %d bytes', (rate) =>
      expectHeld('estimate', behind, rate),
    );
  },
);

// With this rate a malloc of the rate has exactly as many usable bytes on glibc.
const USABLE_BYTES = 65544;

test('a block of the rate or more stands for itself, and one of less for more', () =>
  expectHeld('threshold', [], USABLE_BYTES));

test('a child of a process with busy threads goes on with the sample', () => expectHeld('fork', [], EVERY_BLOCK));

test('a block from before the sample began is not part of it', () => {
  const early = programs.compile('early_library.c', 'early_library.so');
  const environment = { STAGEPROF_TRACK_MODULES: '1', STAGEPROF_TRACK_LIVE: `${EVERY_BLOCK}` };
  const { tracked, checks, wrong } = checksOf([programs.compile('early_threads.c')], [early], environment);
  expect(wrong).toEqual([]);
  expect(checks.map(({ what }) => what)).toContain('held in the end');
  expect(tracked).toMatchObject({ code: 0, signal: null });
});

test('a rate that is too large leaves errno to the program as it was', () => expectHeld('estimate', [], 10n ** 30n));

test('a million of them have room', () => expectHeld('million', [], EVERY_BLOCK));

test('a full table counts what it misses', () => expectHeld('full', [], EVERY_BLOCK));

test.each([
  ['without a rate', 0, '1'],
  ['where modules are not counted', 524288, '0'],
])('%s nothing is sampled', (_, rate, modules) => expectHeld('exact', [], rate, modules));

test('sampled blocks stand for all blocks, on average and in their spread', () => {
  const sources = ['sampling.cc', 'poisson.cc'].map((name) =>
    fileURLToPath(new URL(`../../native/tracker/${name}`, import.meta.url)),
  );
  const program = programs.compile('sampling_bias.cc', 'sampling_bias', ...sources);
  const { stdout } = spawnSync(program, { encoding: 'utf8' });
  const { weight, mean, spread } = JSON.parse(stdout);
  expect(weight).toBeLessThan(1e-6);
  expect(Math.abs(mean)).toBeLessThan(1);
  expect(Math.abs(spread)).toBeLessThan(1);
});

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { PACKAGE } from '../support/workloads.js';

const PROGRAM = fileURLToPath(new URL('../programs/profiler/out-of-stack.mjs', import.meta.url));

/** Words of stack within which one step of the profiler after the other finds it full, up to the whole of the program. */
const WORDS = 650;

/** The frames of interpreted code are larger, and others of the profiler's steps are then the first to fail. */
const COMPILERS = [['--no-opt', '--no-sparkplug'], ['--no-opt'], []];

const PROFILERS = [
  ['by itself', {}, {}],
  ['with exact attribution', { attribution: 'exact' }, {}],
  ['without an addon', {}, { STAGEPROF_NO_ADDON: '1' }],
] as const;

describe.each(COMPILERS.map((flags) => [flags.join(' ') || 'no flags', flags] as const))('with %s', (_, flags) => {
  test.each(PROFILERS)('wherever the stack is full, a profiler %s goes on as ever', (_, options, env) => {
    const args = ['--stack-size=200', ...flags, PROGRAM, PACKAGE, JSON.stringify(options), String(WORDS)];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      env: { ...process.env, ...env },
      timeout: 110_000,
    });
    expect(status, stderr).toBe(0);
    const { wrong, ended } = JSON.parse(stdout) as { wrong: object; ended: number };
    expect(wrong).toEqual({});
    // Neither all trials nor none had room enough: else none, or not every step, has found the stack full.
    expect(ended).toBeGreaterThan(WORDS / 10);
    expect(ended).toBeLessThan(WORDS * 0.9);
  });
});

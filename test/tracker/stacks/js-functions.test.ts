import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Programs, TRACKER } from '../../support/compiled-programs.js';
import { nodeHeaders } from '../../support/native-stages.js';
import { root } from '../../support/node-lines.js';

const programs = new Programs(join(root, 'test', 'programs', 'tracker', 'stacks'));
afterAll(() => programs[Symbol.dispose]());

interface Case {
  readonly functions: readonly string[];
  readonly expected: readonly string[];
}

function run(program: string, flags: readonly string[], rate = 512 * 1024) {
  const addon = programs.compile('js_stack.c', 'js_stack.node', '-shared', '-fPIC', `-I${nodeHeaders()}`);
  const env = {
    ...process.env,
    ADDON: addon,
    LD_PRELOAD: TRACKER,
    STAGEPROF_TRACK_MODULES: '1',
    STAGEPROF_TRACK_LIVE: `${rate}`,
    STAGEPROF_TRACK_STACKS: '1',
  };
  const path = join(root, 'test', 'programs', 'tracker', 'stacks', program);
  const args = ['--expose-gc', ...flags, path];
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
  return { status, signal, stdout, stderr };
}

describe.runIf(process.arch === 'x64')('the JS functions on the stack of a block', () => {
  // What V8 does with a function, and where it runs its code, must not matter.
  test.each([
    [[]],
    [['--jitless']],
    [['--always-sparkplug']],
    [['--max-lazy']],
    [['--stress-compaction', '--gc-interval=2000']],
    [['--interpreted-frames-native-stack']],
    [['--no-short-builtin-calls']],
    [['--stress-flush-code']],
  ])('have their names and places, in order, with %j', (flags: readonly string[]) => {
    const { status, signal, stdout } = run('js-functions.cjs', flags);
    expect({ status, signal }).toEqual({ status: 0, signal: null });
    const { main, worker }: Record<'main' | 'worker', Record<string, Case>> = JSON.parse(stdout);
    for (const [thread, cases] of Object.entries({ main, worker })) {
      expect(Object.keys(cases).length, thread).toBeGreaterThan(15);
      for (const [name, { functions, expected }] of Object.entries(cases)) {
        expect(functions, `${name} on ${thread}`).toEqual(expected);
      }
    }
  });

  // With a rate so low that stacks are taken in all that V8 does.
  test.each([
    [[]],
    [['--jitless']],
    [['--always-sparkplug']],
    [['--stress-compaction', '--gc-interval=2000']],
    [['--stress-scavenge=50', '--stress-flush-code']],
  ])('are those that an error has, whatever V8 does meanwhile, with %j', (flags: readonly string[]) => {
    const { status, signal, stdout } = run('js-stress.cjs', flags, 32 * 1024);
    expect({ status, signal }).toEqual({ status: 0, signal: null });
    const { results, counts } = JSON.parse(stdout);
    expect(results).toHaveLength(3);
    for (const { stacks, frames, named, wrong } of results) {
      expect(wrong).toEqual([]);
      expect(stacks).toBeGreaterThan(30);
      // What V8 inlines has no frame.
      expect(named / frames).toBeGreaterThan(0.99);
    }
    expect(counts.finalized).toBeGreaterThan(0);
    expect(counts.known).toBeGreaterThan(10_000);
  });
});

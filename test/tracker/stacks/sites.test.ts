import { afterAll, describe, expect, test } from 'vitest';
import { ALLOCATORS, isInstalled, Programs } from '../../support/compiled-programs.js';
import { expectRight } from '../../support/expect-right.js';

const programs = new Programs();
afterAll(() => programs[Symbol.dispose]());

const ENVIRONMENT = { STAGEPROF_TRACK_MODULES: '1', STAGEPROF_TRACK_LIVE: '524288', STAGEPROF_TRACK_STACKS: '1' };

describe
  .runIf(process.arch === 'x64')
  .each([
    ['libc', []],
    ['a loader that does not answer', [programs.compile('old_loader.c', 'old_loader.so')]],
    ...ALLOCATORS.map((name): [string, string[]] => [name, [name]]),
  ])('with %s behind it, the sites of sampled blocks', (name, behind) => {
  if (!behind.every(isInstalled)) {
    test('nothing', ({ skip }) => skip(`${name} is not installed`));
    return;
  }
  test.each([
    ['stand for all blocks, and large ones for themselves', 'estimate'],
    ['keep a block until it is freed, whoever frees it', 'owners'],
    ['have what was live when all of it was highest', 'peak'],
    ['agree with an account of each block at the peak and at the end', 'random'],
    ['are those of the stage that ran', 'stages'],
    ['are as many as there is room for, and the rest is counted without a stack', 'full'],
    ['stay those of a library that is gone', 'unloading'],
    ['end at code that nothing is known of', 'without-module'],
    ['come from signal handlers too', 'signals'],
    ['move into a file while threads go on', 'moved'],
  ])('%s', (_, what) => {
    const libraries = ['one.so', 'two.so'].map((output) => programs.compile('stacks/keeper.c', output));
    const command = [programs.compile('stacks/sites.c', 'sites', '-lm'), what, ...libraries];
    const { tracked } = expectRight(command, behind, ENVIRONMENT);
    expect(tracked).toMatchObject({ code: 0, signal: null });
  });
});

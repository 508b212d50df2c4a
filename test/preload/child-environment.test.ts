import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { childEnvironment, withLibrary, withRequire } from '../../src/preload/child-environment.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('NODE_OPTIONS', () => {
  test.each([
    [undefined, '--require=/p/a.cjs'],
    ['', '--require=/p/a.cjs'],
    [' ', '--require=/p/a.cjs'],
    ['--title="a b"', '--title="a b" --require=/p/a.cjs'],
    ['--require=/p/a.cjs', '--require=/p/a.cjs'],
    ['--require=/p/a.cjs --title=x', '--require=/p/a.cjs --title=x'],
    ['--require=/p/a.cjs.js', '--require=/p/a.cjs.js --require=/p/a.cjs'],
  ])('%j becomes %j', (before, after) => {
    expect(withRequire(before, '/p/a.cjs')).toBe(after);
  });

  test.each(['a b', 'a"b', 'a\\b', "it's", 'a \\" b', '100%', 'ä ö'])(
    'Node finds a module in the folder %j',
    (name) => {
      const folder = join(temporaryFolder(), name);
      mkdirSync(folder);
      writeFileSync(join(folder, 'module.cjs'), "console.log('loaded')");
      const env = { ...process.env, NODE_OPTIONS: withRequire('--title=x', join(folder, 'module.cjs')) };
      expect(execFileSync(process.execPath, ['-e', ''], { env, encoding: 'utf8' })).toBe('loaded\n');
    },
  );
});

test.each([
  [undefined, '/t/libstageprof_tracker.so'],
  ['', '/t/libstageprof_tracker.so'],
  ['libjemalloc.so.2', '/t/libstageprof_tracker.so:libjemalloc.so.2'],
  ['/a.so /b.so: /c.so', '/t/libstageprof_tracker.so:/a.so:/b.so:/c.so'],
  // The tracker of a run around this one, perhaps by another copy of the package: two would count everything twice.
  ['/other/libstageprof_tracker.so /a.so', '/other/libstageprof_tracker.so:/a.so'],
])('LD_PRELOAD %j becomes %j', (before, after) => {
  expect(withLibrary(before, '/t/libstageprof_tracker.so')).toBe(after);
});

describe('the environment of a program', () => {
  const run = {
    folder: '/tmp/r',
    folders: ['/tmp/r', '/dev/shm/r'],
    runPid: 7,
    addon: null,
    profiler: { collect: 'every' },
  } as const;

  test('has what the processes have to know, and all that was there', () => {
    const env = childEnvironment({ PATH: '/bin', A: '' }, { tracker: '/t.so', modules: true, stacks: 'none', run });
    expect(env).toMatchObject({ PATH: '/bin', A: '', LD_PRELOAD: '/t.so', STAGEPROF_TRACK_MODULES: '1' });
    expect(env.STAGEPROF_TRACK_LIVE).toBe('524288');
    expect(JSON.parse(env.STAGEPROF_RUN!)).toEqual(run);
  });

  test('asks for the stacks of CPU alone, or for those of blocks beside them', () => {
    const stacksOf = (stacks: 'none' | 'cpu' | 'native') =>
      childEnvironment({}, { tracker: '/t.so', modules: false, stacks, run });
    expect(stacksOf('none')).toMatchObject({ STAGEPROF_TRACK_MODULES: '0', STAGEPROF_TRACK_STACKS: '0' });
    // Who has queued work is known by hooks in modules.
    expect(stacksOf('cpu')).toMatchObject({ STAGEPROF_TRACK_MODULES: '1', STAGEPROF_TRACK_STACKS: 'cpu' });
    expect(stacksOf('native')).toMatchObject({ STAGEPROF_TRACK_MODULES: '1', STAGEPROF_TRACK_STACKS: '1' });
  });

  test('asks for no sample of live blocks where modules are not counted', () => {
    const env = childEnvironment({}, { tracker: '/t.so', modules: false, stacks: 'none', run });
    expect(env).toMatchObject({ STAGEPROF_TRACK_MODULES: '0', STAGEPROF_TRACK_LIVE: '0' });
  });

  test('asks for stacks, which need modules, at the rate that was chosen', () => {
    const env = childEnvironment({}, { tracker: '/t.so', modules: false, stacks: 'native', rate: 65536, run });
    expect(env).toMatchObject({
      STAGEPROF_TRACK_MODULES: '1',
      STAGEPROF_TRACK_LIVE: '65536',
      STAGEPROF_TRACK_STACKS: '1',
    });
  });

  test('keeps LD_PRELOAD as it was where there is no tracker', () => {
    const env = childEnvironment({ LD_PRELOAD: 'x.so' }, { tracker: null, modules: true, stacks: 'none', run });
    expect(env).toMatchObject({ LD_PRELOAD: 'x.so' });
    expect('LD_PRELOAD' in childEnvironment({}, { tracker: null, modules: true, stacks: 'none', run })).toBe(false);
  });
});

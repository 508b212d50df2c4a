import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../examples/readings.js', import.meta.url));
const TRACKER = fileURLToPath(new URL('../../build/Release/libstageprof_tracker.so', import.meta.url));

const tableOf = (kind: string, env: NodeJS.ProcessEnv = {}) =>
  execFileSync(process.execPath, [PROGRAM, kind], { encoding: 'utf8', env: { ...process.env, ...env } });

test.each(['js-growth', 'gc-bound', 'waiting', 'off-thread'])('the example of %s has its reading', (kind) => {
  expect(tableOf(kind)).toMatch(new RegExp(`^(${kind} |also .*${kind})`, 'm'));
});

describe.skipIf(!existsSync(TRACKER))('with the tracker', () => {
  test.each(['fragmentation', 'native-growth', 'transient-native'])('the example of %s has its reading', (kind) => {
    expect(tableOf(kind, { LD_PRELOAD: TRACKER, STAGEPROF_TRACK_MODULES: '1' })).toMatch(
      new RegExp(`^(${kind} |also .*${kind})`, 'm'),
    );
  });
});

test('an unknown kind is an error of usage', () => {
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM, 'x'], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([2, expect.stringContaining('fragmentation|native-growth|')]);
});

import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { PACKAGE } from '../support/workloads.js';

const PROGRAM = `
  import { closeSync } from 'node:fs';
  const { StageProfiler } = await import(${JSON.stringify(PACKAGE)});
  closeSync(0);
  const profiler = new StageProfiler();
  profiler.stage('a', () => 1);
  console.log(profiler.report().stages.length);
`;

// Node 20 aborts where it closes a file that got the number of a standard stream.
test.each([
  ['with the addon', {}],
  ['without it', { STAGEPROF_NO_ADDON: '1' }],
])('a daemon that has closed its standard input can make a profiler, %s', (_, env) => {
  const args = ['--input-type=module', '-e', PROGRAM];
  const { status, signal, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  expect({ status, signal, stdout }).toEqual({ status: 0, signal: null, stdout: '1\n' });
});

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { obstacleOf } from '../../src/preload/obstacles.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const obstacle = (program: string, args: string[], loaded: string[] = [process.execPath]) =>
  obstacleOf(program, args, { env: {}, folder: '/tmp/stageprof-run-1', loaded });

test('a program that can leave a report has no obstacle', () => {
  expect(obstacle('node', ['app.js'])).toBeNull();
});

test.each(['setpriv', '/usr/bin/sudo'])('%s is named', (program) => {
  expect(obstacle(program, ['node', 'app.js'])).toEqual({
    isHarmful: false,
    reason: expect.stringMatching(/^(setpriv|sudo) starts it as another user, /),
  });
  expect(obstacle('env', ['A=1', program, 'node', 'app.js'])?.reason).toMatch(/^(setpriv|sudo) starts/);
});

test('what comes after node is no program that starts it', () => {
  expect(obstacle('node', ['app.js', '--user', 'su'])).toBeNull();
  expect(obstacle('env', ['A=1', 'node', 'build/chroot'])).toBeNull();
});

test('a file that another user cannot read is not loaded into the processes of that user', () => {
  const folder = temporaryFolder();
  const library = join(folder, 'closed', 'lib.so');
  mkdirSync(join(folder, 'closed'), { mode: 0o755 });
  writeFileSync(library, '', { mode: 0o644 });
  chmodSync(folder, 0o755);
  expect(obstacle('setpriv', ['node'], [library])?.isHarmful).toBe(false);
  chmodSync(join(folder, 'closed'), 0o750);
  expect(obstacle('setpriv', ['node'], [library])?.isHarmful).toBe(true);
  expect(obstacle('node', ['app.js'], [library])).toBeNull();
  chmodSync(join(folder, 'closed'), 0o755);
  chmodSync(library, 0o640);
  expect(obstacle('setpriv', ['node'], [library])?.isHarmful).toBe(true);
});

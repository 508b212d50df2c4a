import { expect, test } from 'vitest';
import { isDeniedByPermissions } from '../../src/preload/permission-flags.js';

const NEEDED = { read: ['/opt/stageprof/dist/preload/preload.cjs'], write: ['/tmp/stageprof-run-1'] };

const denied = (program: string, args: string[], options?: string) =>
  isDeniedByPermissions(program, args, options === undefined ? {} : { NODE_OPTIONS: options }, NEEDED);

test.each<[program: string, args: string[], options?: string]>([
  ['node', ['--permission', 'app.js']],
  ['node', ['--experimental-permission', 'app.js']],
  ['/usr/bin/node', ['-r', './a.js', '--permission', 'app.js']],
  ['node', ['app.js'], '--permission'],
  ['node', ['app.js'], '--max-old-space-size=100 --permission --allow-fs-read=*'],
  ['sh', ['-c', 'cd x && node --permission --allow-fs-read=. app.js']],
  ['timeout', ['9', 'node', '--permission', 'app.js']],
  ['env', ['NODE_OPTIONS=--permission', 'node', 'app.js']],
  ['node', ['--permission', '--allow-fs-read=/opt,/srv', '--allow-fs-write=/tmp', 'app.js']],
  ['npx', ['node', '--permission', '--allow-fs-read=*', 'app.js']],
  ['node', ['--permission', '--allow-fs-read=/opt', 'app.js']],
  ['node', ['--permission', '--allow-fs-read=/opt', '--allow-fs-write=/tmp/other', 'app.js']],
  ['node', ['--permission', '--allow-fs-read=/opt/stage', '--allow-fs-write=/tmp', 'app.js']],
])('%s %j with NODE_OPTIONS %s is kept out', (program, args, options) => {
  expect(denied(program, args, options)).toBe(true);
});

test.each<[program: string, args: string[], options?: string]>([
  ['node', ['app.js']],
  ['node', ['app.js', '--permission']],
  ['node', ['-r', './a.js', 'app.js', '--permission']],
  ['node', ['--permissions', 'app.js']],
  ['node', ['--permission', '--allow-fs-read=*', '--allow-fs-write=*', 'app.js']],
  ['node', ['--permission', '--allow-fs-read', '/opt', '--allow-fs-write', '/tmp/', 'app.js']],
  ['node', ['--permission', '--allow-fs-read=/srv', '--allow-fs-read=/opt/stage*', '--allow-fs-write=/tmp*', 'a.js']],
  ['sh', ['-c', 'node --permission --allow-fs-read="*" --allow-fs-write=\'/tmp\' app.js']],
  ['node', ['app.js'], '--permission --allow-fs-read=* --allow-fs-write=*'],
])('%s %j with NODE_OPTIONS %s is not', (program, args, options) => {
  expect(denied(program, args, options)).toBe(false);
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isNamed, pidOf } from '../../src/attach/pid-of.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const line = (...words: readonly string[]) => words.map((word) => `${word}\0`).join('');

describe('a process has the name', () => {
  test.each([
    ['of its script', 'server.js', line('node', '/app/server.js', '--port', '80')],
    ['of its script without the ending', 'server', line('node', '/app/server.mjs')],
    ['of a script in TypeScript', 'server', line('node', 'server.tsx')],
    ['of a script without an ending', 'next', line('/usr/bin/node', '/app/node_modules/.bin/next', 'dev')],
    [
      'of its script behind options',
      'server',
      line('node', '-r', './hook.js', '--import', 'tsx', '--no-warnings', 'server.ts'),
    ],
    [
      'of its script behind options with =',
      'server',
      line('node', '--require=hook', '--max-old-space-size=100', 'server.js'),
    ],
    ['of its script behind --', 'server', line('node', '--', 'server.js')],
    ['of its command', 'node', line('/usr/bin/node', 'server.js')],
    ['of a program of its own', 'tool', line('/opt/bin/tool', 'serve')],
    ['of its whole title', 'my server: ready', 'my server: ready\0\0\0'],
  ])('%s', (_, name, commandLine) => {
    expect(isNamed(name, 'MainThread\n', commandLine)).toBe(true);
  });

  test('that the kernel has, the start of a long title', () => {
    expect(isNamed('queue worker of', 'queue worker of\n', line('node', 'a.js'))).toBe(true);
  });
});

describe('a process has not the name', () => {
  test.each([
    ['of an argument of its script', 'server', line('node', 'tail.js', '/var/log/server')],
    ['of an argument of its script, also a script', 'server.js', line('node', 'run.js', 'server.js')],
    ['of a module that is loaded before its script', 'hook', line('node', '--require', './hook.js', 'a.js')],
    ['of a loader', 'tsx', line('node', '--import', 'tsx', 'a.ts')],
    ['of an argument behind the text of a script', 'server', line('node', '-e', 'run()', 'server')],
    ['of an argument behind the text of a script with =', 'server', line('node', '--eval=run()', 'server')],
    ['of an argument behind a script from stdin', 'server', line('node', '-', 'server')],
    ['of a word in its title', 'server', 'my server: ready\0\0'],
    ['of a folder of its script', 'server', line('node', '/srv/server/main.js')],
    ['of nothing', '', line('node', '-e', 'run()')],
  ])('%s', (_, name, commandLine) => {
    expect(isNamed(name, 'MainThread\n', commandLine)).toBe(false);
  });
});

test('the one process of a name is found by its script and by its title, beside one that has the name as an argument', async () => {
  const folder = temporaryFolder();
  const [script, title] = [`alone-${process.pid}`, `alone by title ${process.pid}`];
  writeFileSync(join(folder, `${script}.cjs`), "setInterval(() => {}, 99); console.log('ready');");
  writeFileSync(join(folder, 'other.cjs'), "setInterval(() => {}, 99); console.log('ready');");
  writeFileSync(join(folder, 'titled.cjs'), `process.title = '${title}'; require('./other.cjs');`);
  const start = async (...args: readonly string[]) => {
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    return child.pid;
  };
  const [named, , titled] = await Promise.all([
    start('--no-warnings', `./${script}.cjs`),
    start('other.cjs', script, `${script}.cjs`, title),
    // A title has no more room than the arguments had.
    start('titled.cjs', 'x'.repeat(100)),
  ]);
  expect(pidOf(script)).toBe(named);
  expect(pidOf(`${script}.cjs`)).toBe(named);
  expect(pidOf(title)).toBe(titled);
});

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../src/preload/child-environment.js';
import { runCli } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const PERMISSION = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';

const hasSetpriv = process.getuid?.() === 0 && spawnSync('setpriv', ['--version'], { stdio: 'ignore' }).status === 0;

function program(): { folder: string; script: string } {
  const folder = temporaryFolder();
  const script = join(folder, 'app.cjs');
  writeFileSync(script, "console.log('done'); process.exitCode = 3;\n", { mode: 0o644 });
  return { folder, script };
}

/** What the program itself prints to stderr, such as that a flag is experimental, without process ids, which differ. */
function ownLines(lines: readonly string[]): string[] {
  return lines.filter((text) => text.startsWith('(')).map((text) => text.replace(/^\(node:\d+\)/, '(node)'));
}

test.each<[name: string, command: (node: string, flags: string[], script: string) => string[]]>([
  ['node', (node, flags, script) => [node, ...flags, script]],
  ['a shell', (node, flags, script) => ['sh', '-c', `"${node}" ${flags.join(' ')} "${script}"`]],
  ['env', (node, flags, script) => ['env', `NODE_OPTIONS=${flags.join(' ')}`, node, script]],
])(
  'a program whose permissions keep the profiler out runs as it does alone, and is told why: %s',
  async (_, command) => {
    const { folder, script } = program();
    const [start, ...args] = command(process.execPath, [PERMISSION, `--allow-fs-read=${folder}/*`], script);
    const alone = spawnSync(start!, args, { encoding: 'utf8' });
    expect(alone).toMatchObject({ status: 3, stdout: 'done\n' });
    const { exitCode, stdout, lines } = await runCli(['run', '--', start!, ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: 'done\n' });
    expect(ownLines(lines)).toEqual(ownLines(alone.stderr.split('\n')));
    expect(lines.filter((text) => text.startsWith('stageprof: '))).toEqual([
      expect.stringMatching(
        /^stageprof: no node process left a report: .*; node's permission model keeps the profiler out: /,
      ),
    ]);
  },
);

test('a program that is given the flags of the message has a report', async () => {
  const { folder, script } = program();
  const reads = [folder, PACKAGE_ROOT, tmpdir()].map((path) => `--allow-fs-read=${path}/*`);
  const flags = [PERMISSION, ...reads, `--allow-fs-write=${tmpdir()}/*`];
  const { exitCode, stdout, stderr } = await runCli(['run', '--', process.execPath, ...flags, script]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: 'done\n' });
  expect(stderr).toMatch(/^1 node process$/m);
});

test.runIf(hasSetpriv)(
  'a program of another user runs as it does alone, and is told why it has no report',
  async () => {
    const { script } = program();
    spawnSync('chmod', ['755', join(script, '..')]);
    const args = ['--reuid=65534', '--clear-groups', process.execPath, script];
    const { exitCode, stdout, lines } = await runCli(['run', '--', 'setpriv', ...args]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: 'done\n' });
    expect(lines.filter((text) => text !== '' && !/^(?: +OS|wall|cpu|rss peak)/.test(text))).toEqual([
      expect.stringMatching(/^stageprof: no node process left a report: .*; setpriv starts it as another user, /),
    ]);
  },
);

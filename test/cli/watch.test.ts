import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runCli, temporaryFolder } from './run-cli.js';

const INDEX = join(import.meta.dirname, '../../dist/index.js');

/** A process in the stage `outer.inner` with a recorder, that ends when it is killed; and its recorder. */
async function startWatched(recorder: string): Promise<{ pid: number; kill(): void }> {
  const program = `
    import { StageProfiler } from ${JSON.stringify(INDEX)};
    const profiler = new StageProfiler({ recorder: ${recorder} });
    for (let i = 0; i < 5; i++) profiler.stage('done').end();
    profiler.stage('outer');
    profiler.stage('inner');
    setInterval(() => {}, 1000);
    console.log('ready');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return { pid: child.pid!, kill: () => void child.kill('SIGKILL') };
}

test.each(['pid', 'file'])('a process by its %s: one block after the other, until it ends', async (by) => {
  const path = join(temporaryFolder(), 'a.recorder');
  const watched = await startWatched(JSON.stringify(path));
  const watching = runCli(['watch', by === 'pid' ? String(watched.pid) : path, '--interval', '0.2']);
  setTimeout(watched.kill, 1500);
  const { exitCode, stdout, stderr } = await watching;
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  const blocks = stdout.split(/^(?=process )/m);
  expect(blocks.length).toBeGreaterThan(2);
  for (const block of blocks.slice(0, -1)) {
    expect(block).toMatch(new RegExp(`^process +${watched.pid} still runs after `, 'm'));
    expect(block).toMatch(/^open +outer, for /m);
    expect(block).toMatch(/^ +outer\.inner, for /m);
    expect(block).toMatch(/^done +5 /m);
    expect(block).not.toContain('killed by');
    expect(block).not.toContain('\u001b');
  }
  expect(blocks.at(-1)).toMatch(/ended without closing its recorder/);
});

describe('one line, and exit code 2, for', () => {
  test.each([
    ['a process without a recorder', [String(process.pid)], 'has no recorder: it needs the "recorder" option'],
    ['no such process', ['999999999'], 'no process 999999999 that could be looked into, and no recorder of it in'],
    ['a file that is not there', ['none'], 'none: cannot be read, no such file or directory (ENOENT)'],
    ['nothing', [], "missing required argument 'pid or file'"],
    ['an interval of nothing', ['1', '--interval', ''], 'a number of seconds from 0.1 to 3600'],
    ['an interval of no time', ['1', '--interval', '0'], 'a number of seconds from 0.1 to 3600'],
  ])('%s', async (_what, args, message) => {
    const { exitCode, lines } = await runCli(['watch', ...args], { cwd: temporaryFolder() });
    expect(exitCode).toBe(2);
    expect(lines).toEqual([expect.stringContaining(message)]);
  });
});

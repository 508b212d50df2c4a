import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type CliResult, MAIN, runCli } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const INDEX = join(import.meta.dirname, '../../dist/index.js');

/** A process in the stage `outer.inner` that ends when it is killed, and its recorder. */
async function startWatched(recorder: string): Promise<{ pid: number; kill(): void }> {
  const program = `
    import { StageProfiler } from ${JSON.stringify(INDEX)};
    const profiler = new StageProfiler({ recorder: ${recorder} });
    for (let i = 0; i < 5; i++) profiler.stage('done').end();
    profiler.stage('outer');
    profiler.stage('inner');
    setInterval(() => {}, 1000);
    console.log('ready');`;
  return startProgram(['--input-type=module', '-e', program]);
}

/** A node process with recorders in a folder of its own, and what it printed when it was ready. */
async function startProgram(args: readonly string[]): Promise<{ pid: number; text: string; kill(): void }> {
  const STAGEPROF_DIR = join(temporaryFolder(), 'recorders');
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, STAGEPROF_DIR },
  });
  const kill = () => void child.kill('SIGKILL');
  onTestFinished(kill);
  const [text] = await once(child.stdout, 'data');
  return { pid: child.pid!, text: String(text), kill };
}

function startWatch(pid: number, interval: string) {
  const args = [MAIN, 'watch', String(pid), '--interval', interval];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdout.setEncoding('utf8');
  return child;
}

/** The first output of `watch`. */
async function firstBlock(pid: number): Promise<string> {
  const child = startWatch(pid, '1');
  const [text] = await once(child.stdout, 'data');
  child.kill();
  return text;
}

/** Calls `enough` when the output of `watch` has a line that matches so many times, however long that takes. */
function afterLooks(count: number, line: RegExp, enough: () => void) {
  return (child: ChildProcess) => {
    let text = '';
    child.stdout!.on('data', (piece) => {
      text += piece;
      if (text.split('\n').filter((each) => line.test(each)).length >= count) enough();
    });
  };
}

test.each(['pid', 'file'])('shows a process given by its %s in one table after another, until it ends', async (by) => {
  const path = join(temporaryFolder(), 'a.recorder');
  const watched = await startWatched(JSON.stringify(path));
  const { exitCode, stdout, stderr } = await runCli(
    ['watch', by === 'pid' ? String(watched.pid) : path, '--interval', '0.2'],
    { onSpawn: afterLooks(2, /^process /, watched.kill) },
  );
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

test('--format json is a line of JSON for each look, with the findings of the moment', async () => {
  const watched = await startWatched('true');
  const { exitCode, stdout } = await runCli(['watch', String(watched.pid), '--format', 'json', '--interval', '0.2'], {
    onSpawn: afterLooks(8, /^\{/, watched.kill),
  });
  expect(exitCode).toBe(0);
  const looks = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(looks.length).toBeGreaterThan(2);
  const found: string[] = [];
  for (const { report, open, process } of looks.slice(0, -1)) {
    expect(process).toMatchObject({ pid: watched.pid, running: true });
    expect(open.map(({ stage }: { stage: string }) => stage)).toEqual(['outer', 'outer.inner']);
    found.push(report.findings.map(({ stage, kind }: { stage: string; kind: string }) => `${stage} ${kind}`).join());
  }
  // Before it has waited for long there is none.
  expect(found.at(-1)).toBe('outer.inner waiting');
  expect(found.lastIndexOf('')).toBe(found.indexOf('outer.inner waiting') - 1);
});

test('a program under run is found by its pid, and named in the message for the pid of run', async () => {
  const program = `
    import { activeProfiler } from ${JSON.stringify(INDEX)};
    activeProfiler().stage('done').end();
    activeProfiler().stage('serve');
    process.on('SIGTERM', () => process.exit(3));
    setInterval(() => {}, 1000);
    process.stderr.write('ready ' + process.pid + '\\n');`;
  let watching: Promise<[pid: string, ofRun: CliResult, ofProgram: string]> | undefined;
  const run = runCli(['run', process.execPath, '--input-type=module', '-e', program], {
    onStderr: (stderr, child) => {
      const [, pid] = /^ready (\d+)$/m.exec(stderr) ?? [];
      if (pid === undefined || watching !== undefined) return;
      watching = Promise.all([pid, runCli(['watch', String(child.pid)]), firstBlock(Number(pid))]).finally(() =>
        child.kill(),
      );
    },
  });
  expect((await run).exitCode).toBe(3);
  const [pid, ofRun, ofProgram] = await watching!;
  expect(ofRun).toMatchObject({ exitCode: 2, lines: [expect.stringContaining(`its child has: give ${pid}`)] });
  expect(ofProgram).toMatch(new RegExp(`^process +${pid} still runs after `));
  expect(ofProgram).toMatch(/^open +serve, for /m);
  expect(ofProgram).toMatch(/^done +1 /m);
});

test('a process that has one recorder after another is followed from each to the next', async () => {
  const program = `
    import { StageProfiler } from ${JSON.stringify(INDEX)};
    for (let i = 1; ; i++) {
      const profiler = new StageProfiler({ recorder: true });
      profiler.stage('number-' + i);
      if (i === 1) console.log('ready');
      await new Promise((resolve) => setTimeout(resolve, 50));
      profiler.close();
    }`;
  const watched = await startProgram(['--input-type=module', '-e', program]);
  const watching = startWatch(watched.pid, '0.1');
  const seen = new Set<string>();
  watching.stdout.on('data', (text) => {
    for (const label of text.match(/number-\d+/g) ?? []) seen.add(label);
    if (seen.size > 3) watched.kill();
  });
  expect(await once(watching, 'close')).toEqual([0, null]);
  expect(seen.size).toBeGreaterThan(3);
});

test('the message for a process whose child has a recorder names the child', async () => {
  const program = `
    const { StageProfiler } = await import(${JSON.stringify(INDEX)});
    new StageProfiler({ recorder: true });
    setInterval(() => {}, 1000);
    process.on('disconnect', () => process.exit());
    process.send(process.pid);`;
  const parent = `
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc'];
    const args = ['--input-type=module', '-e', ${JSON.stringify(program)}];
    require('child_process').spawn(process.execPath, args, { stdio }).on('message', (pid) => console.log('ready', pid));`;
  const { pid, text } = await startProgram(['-e', parent]);
  const { exitCode, lines } = await runCli(['watch', String(pid)]);
  expect(exitCode).toBe(2);
  const child = /ready (\d+)/.exec(text)![1];
  expect(lines).toEqual([`stageprof: process ${pid} has no recorder, but its child has: give ${child}`]);
});

test('watch ends once its reader has gone, while the process goes on', async () => {
  const watched = await startWatched('true');
  const watching = startWatch(watched.pid, '1');
  await once(watching.stdout, 'data');
  watching.stdout.destroy();
  expect(await once(watching, 'exit')).toEqual([0, null]);
  expect(() => process.kill(watched.pid, 0)).not.toThrow();
});

describe('one line, and exit code 2, for', () => {
  test.each([
    [
      'a process without a recorder',
      [String(process.pid)],
      'has no recorder: it needs stageprof run, map --profile or the "recorder" option',
    ],
    ['no such process', ['999999999'], 'there is no process 999999999, and no recorder of it in'],
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

import type { ChildProcess } from 'node:child_process';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PASSED_SIGNALS } from '../../src/run/passed-signals.js';
import { fixture, MAIN, type OnStderr, runCli } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const NODE = process.execPath;
const SIGNALLED = fixture('signalled.mjs');
const UNHANDLED = ['sh', '-c', 'echo ready $$ >&2; exec sleep 20'];

/** Calls back once, with the process id of the program when it is ready. */
function whenReady(then: (run: ChildProcess, pid: number) => void): OnStderr {
  let called = false;
  return (stderr, child) => {
    const [, pid] = /^ready (\d+)$/m.exec(stderr) ?? [];
    if (called || pid === undefined) return;
    called = true;
    then(child, Number(pid));
  };
}

function stateOf(pid: number): string | undefined {
  return /^State:\s*(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
}

async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('stageprof run, sent a signal', () => {
  test.each(PASSED_SIGNALS.filter((signal) => signal !== 'SIGCONT' && signal !== 'SIGTSTP'))(
    '%s: passes it on, and exits as a program that it has ended',
    async (signal) => {
      const TMPDIR = temporaryFolder();
      const onStderr = whenReady((run) => run.kill(signal));
      const code = 128 + constants.signals[signal];
      const { exitCode, signal: own, lines } = await runCli(['run', ...UNHANDLED], { env: { TMPDIR }, onStderr });
      expect({ exitCode, own }).toEqual({ exitCode: code, own: null });
      expect(lines[1]).toBe(`stageprof: sh: ended by ${signal}, exit code ${code}`);
      expect(lines.at(-2)).toMatch(/^cpu +\S+/);
      expect(readdirSync(TMPDIR)).toEqual([]);
    },
  );

  test.each(PASSED_SIGNALS.filter((signal) => signal !== 'SIGTSTP'))(
    '%s: passes it on once to a program that handles it, waits and gives its report',
    async (signal) => {
      const onStderr = whenReady((run) => run.kill(signal));
      const { exitCode, stdout, lines } = await runCli(['run', NODE, SIGNALLED], { onStderr });
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: `${signal}\n` });
      expect(lines.find((line) => line.startsWith('work '))).toMatch(/^work +1 /);
    },
  );

  test('again and again: passes each one on, and is not ended itself', async () => {
    const signals = ['SIGTERM', 'SIGCONT', 'SIGTERM', 'SIGINT'] as const;
    // Two that are pending at once may arrive as one or in another order, so each waits for the one before.
    const onSpawn = (run: ChildProcess) => {
      let printed = '';
      run.stdout!.on('data', (piece) => {
        printed += piece;
        const next = signals[printed.split('\n').length - 1];
        if (next !== undefined) run.kill(next);
      });
    };
    const onStderr = whenReady((run) => run.kill(signals[0]));
    const { exitCode, stdout } = await runCli(['run', NODE, SIGNALLED, String(signals.length)], { onSpawn, onStderr });
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: 'SIGTERM\nSIGCONT\nSIGTERM\nSIGINT\n' });
  });

  test('that the program got as well: the program ends by it once', async () => {
    const onStderr = whenReady((run, pid) => {
      process.kill(pid, 'SIGTERM');
      run.kill('SIGTERM');
    });
    expect(await runCli(['run', ...UNHANDLED], { onStderr })).toMatchObject({ exitCode: 143, signal: null });
  });

  test('SIGTSTP: stops with the program, and goes on with the program', async () => {
    const onStderr = whenReady(async (run, pid) => {
      run.kill('SIGTSTP');
      await until(() => stateOf(pid) === 'T' && stateOf(run.pid!) === 'T');
      run.kill('SIGCONT');
    });
    const { exitCode, stdout } = await runCli(['run', NODE, SIGNALLED], { onStderr });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: 'SIGTSTP\nSIGCONT\n' });
  });

  test('SIGTSTP: stops with a program that takes its time to stop', async () => {
    const onStderr = whenReady(async (run, pid) => {
      run.kill('SIGTSTP');
      await until(() => stateOf(pid) === 'T' && stateOf(run.pid!) === 'T');
      run.kill('SIGCONT');
      process.kill(pid, 'SIGKILL');
    });
    const slow = ['sh', '-c', 'trap "sleep 1; kill -STOP $$" TSTP; echo ready $$ >&2; while sleep 0.1; do :; done'];
    expect(await runCli(['run', ...slow], { onStderr })).toMatchObject({ exitCode: 137 });
  });

  test('SIGCONT after SIGTSTP: does not stop where the program stops later', async () => {
    let state: string | undefined;
    const onStderr = whenReady(async (run, pid) => {
      run.kill('SIGTSTP');
      await once(run.stdout!, 'data');
      run.kill('SIGCONT');
      await until(() => stateOf(pid) === 'T');
      await new Promise((resolve) => setTimeout(resolve, 300));
      state = stateOf(run.pid!);
      process.kill(pid, 'SIGKILL');
    });
    const late = [
      'sh',
      '-c',
      'trap "kill -STOP $$" CONT; trap "echo told" TSTP; echo ready $$ >&2; while sleep 0.1; do :; done',
    ];
    expect(await runCli(['run', ...late], { onStderr })).toMatchObject({ exitCode: 137, stdout: 'told\n' });
    expect(state).toMatch(/^[RSD]$/);
  });

  test('SIGTSTP: does not stop where the program does not', async () => {
    let state: string | undefined;
    const onStderr = whenReady(async (run, pid) => {
      run.kill('SIGTSTP');
      // `run` still looks whether the program stops, and must go on.
      await new Promise((resolve) => setTimeout(resolve, 800));
      state = stateOf(run.pid!);
      process.kill(pid, 'SIGKILL');
    });
    const ignoring = ['sh', '-c', 'trap "" TSTP; echo ready $$ >&2; exec sleep 20'];
    expect(await runCli(['run', ...ignoring], { onStderr })).toMatchObject({ exitCode: 137 });
    expect(state).toMatch(/^[RSD]$/);
  });
});

const hasScript = spawnSync('script', ['--version']).status === 0;

// `script` runs a command on a terminal of its own, and takes the keys from its stdin. The shell there is replaced by
// the command: a shell that stays in the foreground would get the key too, and some shells end by it at once.
describe.runIf(hasScript)('stageprof run, in the foreground of a terminal', () => {
  test.each([
    ['\x03', 'SIGINT'],
    ['\x1c', 'SIGQUIT'],
  ])('a key that sends %j to both reaches the program once', async (key, signal) => {
    const words = [NODE, MAIN, 'run', '--', NODE, SIGNALLED].map((word) => `'${word}'`).join(' ');
    const child = spawn('script', ['-qec', `exec ${words}`, '/dev/null'], {
      env: { ...process.env, SHELL: '/bin/sh' },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let text = '';
    let sent = false;
    child.stdout.setEncoding('utf8').on('data', (piece) => {
      text += piece;
      if (sent || !/ready \d+/.test(text)) return;
      sent = true;
      child.stdin.write(key);
    });
    const exitCode = await new Promise((resolve) => child.on('exit', resolve));
    expect(text.split(signal)).toHaveLength(2);
    expect(exitCode).toBe(1);
    expect(text).toMatch(/\nwork +1 /);
  });
});

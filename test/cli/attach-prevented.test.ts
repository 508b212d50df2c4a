import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { lookInside } from '../../src/attach/look-inside.js';
import { findTarget } from '../../src/attach/target.js';
import { isPortTaken, listeningPorts } from '../../src/os/listening-ports.js';
import { readProcessStatus } from '../../src/os/process-status.js';
import { attach, awaitLook, expectUntouched } from '../support/attach.js';
import { AttachTarget } from '../support/attach-target.js';

/** Until the test ends; on a second address where another program has the first, since that one may end meanwhile. */
async function holdInspectorPort(): Promise<void> {
  for (const host of ['127.0.0.1', '127.0.0.2']) {
    const server = createServer().listen(9229, host);
    onTestFinished(() => void server.close());
    const isHeld = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (isHeld) break;
  }
  // A program that has it on all addresses leaves none.
  expect(isPortTaken(9229)).toBe(true);
}

describe('what prevents it is one line beside what /proc tells, and the process goes on', () => {
  test('a handler of its own for SIGUSR1', async () => {
    const target = await AttachTarget.start(['handler']);
    const { exitCode, stdout, lines } = await attach(target);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^memory /m);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^stageprof: process \d+ is seen from outside only: .* handler of its own/);
    expect(target.stdout).toContain('own handler');
    await expectUntouched(target);
  });

  test('the port of its inspector is taken', async () => {
    await holdInspectorPort();
    const target = await AttachTarget.start(['idle'], { flags: [] });
    const { exitCode, stdout, lines } = await attach(target);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^memory /m);
    expect(lines.join('\n')).toContain('port 9229, which its inspector would use, is taken');
    expect(target.stderr).toBe('');
    await expectUntouched(target);
  });

  // It stands beside the test above, not in interrupted.test.ts, because both need the one port and two files may run at once.
  test('the port of its inspector is taken, and Ctrl-C comes while it waits for that: it sends no signal', async () => {
    await holdInspectorPort();
    const target = await AttachTarget.start(['idle'], { flags: [] });
    const interruption = new AbortController();
    const sent = vi.spyOn(process, 'kill');
    onTestFinished(() => sent.mockRestore());
    const options = { seconds: 60, stacks: new Set<never>(), mayPause: true };
    const looked = lookInside(findTarget(target.pid)!, options, interruption.signal, () => {});
    interruption.abort();
    const obstacle = 'it was interrupted before the process was touched';
    expect(await looked).toEqual({ look: null, obstacle, afterwards: null });
    expect(sent).not.toHaveBeenCalled();
    expect(target.stderr).toBe('');
  });

  test('the permission model, which leaves it no inspector', async () => {
    const allowed = process.allowedNodeEnvironmentFlags;
    const permission = allowed.has('--permission') ? '--permission' : '--experimental-permission';
    const target = await AttachTarget.start(['idle'], { flags: [permission, '--allow-fs-read=*'] });
    const { exitCode, stdout, lines } = await attach(target);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^memory /m);
    expect(lines.join('\n')).toContain(
      'it takes no SIGUSR1 to open its inspector (--disable-sigusr1, the permission model',
    );
    await expectUntouched(target);
  });

  test('a standard stream of it is closed, whose number a connection would get', async () => {
    const target = await AttachTarget.start(['closed']);
    await target.rounds();
    const { exitCode, stdout, lines } = await attach(target);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^memory /m);
    expect(lines.join('\n')).toContain('its standard stream 2 is closed, and Node 20 would abort');
    await expectUntouched(target);
  });

  test('it is stopped', async () => {
    const target = await AttachTarget.start(['idle']);
    target.child.kill('SIGSTOP');
    await delay(50);
    const { exitCode, stdout, lines } = await attach(target);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^process .*, stopped$/m);
    expect(lines).toEqual([expect.stringContaining('it is stopped by a signal: let it go on with kill -CONT')]);
    target.child.kill('SIGCONT');
    await expectUntouched(target);
  });

  test.skipIf(!existsSync('/usr/bin/gdb'))('a debugger has it, which would get the signal', async () => {
    const target = await AttachTarget.start(['idle']);
    const debugging = spawn('gdb', ['-q', '-n', '-p', String(target.pid)], { stdio: ['pipe', 'ignore', 'ignore'] });
    onTestFinished(() => void debugging.kill('SIGKILL'));
    while (readProcessStatus(target.pid)!.tracer === 0) await delay(20);
    const { exitCode, stdout, lines } = await attach(target);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^memory /m);
    expect(lines).toEqual([expect.stringMatching(/only: process \d+ traces it, such as gdb or strace/)]);
    debugging.stdin.end('detach\nquit\n');
    await once(debugging, 'exit');
    await expectUntouched(target);
  });

  test('it is no node process, which the signal would end', async () => {
    const child = spawn('sleep', ['60']);
    onTestFinished(() => void child.kill('SIGKILL'));
    const { exitCode, stdout, lines } = await attach(child);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^process .*sleep 60/m);
    expect(lines).toEqual([expect.stringContaining('it is no node process')]);
    await delay(50);
    expect(child.exitCode).toBeNull();
    expect(child.signalCode).toBeNull();
  });

  test.skipIf(process.getuid?.() !== 0 || !existsSync('/usr/bin/setpriv'))('it belongs to another user', async () => {
    const target = await AttachTarget.start(['idle']);
    const child = spawn('setpriv', [
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      process.execPath,
      join(import.meta.dirname, '../../dist/cli/main.js'),
      'attach',
      String(target.pid),
    ]);
    onTestFinished(() => void child.kill('SIGKILL'));
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (piece) => (text += piece));
    const [code] = await once(child, 'close');
    expect(text).toMatch(/^memory .* resident/m);
    expect(text).toMatch(/it belongs to user 0: run this command as that user, or as root$/m);
    expect(code).toBe(1);
    await expectUntouched(target);
  });

  test('it dies meanwhile', async () => {
    const target = await AttachTarget.start(['buffers']);
    const looked = attach(target, ['--for', '20']);
    while (listeningPorts(target.pid).length === 0) await delay(20);
    await delay(500);
    target.child.kill('SIGKILL');
    const { exitCode, lines } = await looked;
    expect(exitCode).toBe(1);
    expect(lines[0]).toMatch(/is seen from outside only: process \d+ has ended meanwhile$/);
  });

  test('it comes to its end meanwhile, which does not wait for the look', async () => {
    const target = await AttachTarget.start(['worker']);
    const looked = attach(target, ['--for', '60', '--stacks', 'cpu,native']);
    await awaitLook(target);
    await delay(1500);
    target.child.stdin!.write('exit\n');
    const { exitCode, lines } = await looked;
    expect(exitCode).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(/is seen from outside only: process \d+ has ended meanwhile$/),
      'stageprof: afterwards: the process has ended',
    ]);
    if (!target.hasEnded) await once(target.child, 'exit');
    expect(target.child.exitCode).toBe(7);
  });

  test('another attach is at work, which is not disturbed', async () => {
    const target = await AttachTarget.start(['cpu']);
    let run: ChildProcess | undefined;
    const first = attach(target, ['--for', '60'], { onSpawn: (child) => (run = child) });
    await awaitLook(target);
    const second = await attach(target);
    expect(second.exitCode).toBe(1);
    expect(second.lines[0]).toMatch(
      /another "stageprof attach" is at work in it, or was killed: .*, in ([3-8]\d|90) s at the latest$/,
    );
    expect(second.lines[1]).toContain('afterwards: its inspector stays open for the other one, ');
    run!.kill('SIGINT');
    const { exitCode, stdout } = await first;
    expect(exitCode).toBe(130);
    expect(stdout).toMatch(/^\(program\)/m);
    expect(stdout).toMatch(/^after +inspector closed/m);
    await expectUntouched(target);
  });

  test('there is no such process', async () => {
    const child = spawn('true');
    await once(child, 'close');
    const { exitCode, stdout, lines } = await attach(child);
    expect({ exitCode, stdout, lines }).toEqual({
      exitCode: 2,
      stdout: '',
      lines: [`stageprof: there is no process ${child.pid}`],
    });
  });
});

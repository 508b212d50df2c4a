import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { agentOrder } from '../../src/attach/agent-order.js';
import { openInspector } from '../../src/attach/open-inspector.js';
import { OpenedMark } from '../../src/attach/opened-mark.js';
import { RemoteAgent } from '../../src/attach/remote-agent.js';
import { findTarget } from '../../src/attach/target.js';
import { findingsOf } from '../../src/index.js';
import { listeningPorts } from '../../src/os/listening-ports.js';
import { attach, awaitLook, expectUntouched } from '../support/attach.js';
import { AttachTarget } from '../support/attach-target.js';
import { readPage } from '../support/read-page.js';
import { runCli } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const UNSHARE = ['--pid', '--fork', '--mount-proc', '--kill-child'];
/** Not every container lets its root make one, and no other user may. */
const NO_NAMESPACE = spawnSync('unshare', [...UNSHARE, 'true']).status !== 0;

describe('a process that was not started under stageprof', () => {
  test('is looked at from outside and from inside, and left as it was', async () => {
    const target = await AttachTarget.start(['buffers', 'cpu']);
    const before = { threads: target.threads, descriptors: target.descriptors };
    const { exitCode, stdout, lines } = await attach(target, ['--for', '3']);
    expect(lines).toEqual([]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`^process +${target.pid}, .*target\\.cjs buffers cpu, user \\d+$`, 'm'));
    expect(stdout).toMatch(/^memory +.* resident, .* at its peak/m);
    expect(stdout).toMatch(/^threads +\d+ threads, .* of a CPU/m);
    expect(stdout).toMatch(new RegExp(`^node +${process.version}, runs for`, 'm'));
    expect(stdout).toMatch(/^grew +resident set \+.* a minute: Buffers \+/m);
    expect(stdout).toMatch(/^\(program\) +1 /m);
    expect(stdout).toMatch(/^after +inspector closed/m);
    expect({ threads: target.threads, descriptors: target.descriptors }).toEqual(before);
    await expectUntouched(target);
  });

  test('has a report whose one row is the program, and stacks beside it', async () => {
    const target = await AttachTarget.start(['cpu', 'worker']);
    const out = join(temporaryFolder(), 'report.json');
    const { exitCode, stdout } = await attach(target, ['--for', '2', '--out', out]);
    expect(exitCode).toBe(0);
    const report = JSON.parse(readFileSync(out, 'utf8'));
    expect(report).toMatchObject({ schema: 'stageprof/1', pid: target.pid, node: process.versions.node, thread: 0 });
    expect(report.stages.map(({ stage }: { stage: string }) => stage)).toEqual(['(program)']);
    expect(report.stages[0]).toMatchObject({ calls: 1, errors: 0, open: 0, overhead_s: null });
    expect(report.total_wall_s).toBeGreaterThan(1.9);
    expect(report.worker_threads.threads).toMatchObject([{ pid: target.pid, thread: 1, name: 'helper' }]);
    expect(report.sources.cpu_stacks).toMatchObject({ available: true, truth: 'sampled' });
    expect(report.composition.worker_heaps_kb).toBeGreaterThan(1000);
    expect(report.findings).toEqual(
      findingsOf(report).map(({ stage, kind, text, numbers }) => ({ stage, kind, text, numbers })),
    );
    expect(stdout).toMatch(/^js alloc +.* still there of what was allocated by keepInWorker .*, on helper$/ms);
    const collapsed = await runCli([
      'flame',
      out.replace('.json', '.stacks.pb.gz'),
      '--format',
      'collapsed',
      '--type',
      'cpu',
    ]);
    // The optimiser may have made a part of its caller of it.
    expect(collapsed.stdout).toMatch(/^\[\(program\)\];.*(burnCpu|listOnTimeout)/m);
    expect(collapsed.stdout).not.toMatch(/;sample;|makeAgent/);
  });

  test('is shown on a page too, with what was seen in words', async () => {
    const target = await AttachTarget.start(['buffers']);
    const page = join(temporaryFolder(), 'attach.html');
    const { exitCode, lines } = await attach(target, ['--html', page]);
    expect(exitCode).toBe(0);
    expect(lines).toContain(`stageprof: the page is ${page}`);
    const data = readPage(page);
    expect(data).toMatchObject({ command: 'attach', timelines: [] });
    expect(data.flame).not.toBeNull();
    expect(data.title).toContain('target.cjs buffers');
    expect(data.story.map(({ key }) => key)).toEqual(expect.arrayContaining(['process', 'memory', 'JS heap', 'grew']));
    await expectUntouched(target);
  });

  test('whose JS heap grows has the function that keeps it named', async () => {
    const target = await AttachTarget.start(['objects']);
    const { stdout } = await attach(target, ['--stacks', 'none']);
    expect(stdout).toMatch(/^js alloc +.* still there of what was allocated by keepObjects target\.cjs:\d+/m);
    expect(stdout).not.toMatch(/^cpu /m);
  });

  test('in an endless loop is looked at too, and goes on in it', async () => {
    const target = await AttachTarget.start(['loop']);
    await delay(300);
    const { exitCode, stdout } = await attach(target);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^after +inspector closed/m);
    expect(target.hasEnded).toBe(false);
    expect(listeningPorts(target.pid)).toEqual([]);
  });

  test('keeps an inspector that was open before', async () => {
    const target = await AttachTarget.start(['idle'], { flags: ['--inspect=127.0.0.1:0'] });
    const { exitCode, stdout } = await attach(target);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('its inspector was open before and stays open');
    await expectUntouched(target, 1);
  });

  test('keeps its own ports, which are not asked for anything', async () => {
    const port = 20_000 + (process.pid % 40_000);
    const target = await AttachTarget.start(['server'], { flags: [`--inspect-port=${port}`] });
    const { exitCode } = await attach(target);
    expect(exitCode).toBe(0);
    expect(target.stdout).not.toContain('asked for');
    await expectUntouched(target, 1);
  });

  test.skipIf(NO_NAMESPACE)('has another number of its own, as in a container', async () => {
    const flags = [...UNSHARE, process.execPath, '--inspect-port=0'];
    const target = await AttachTarget.start(['idle'], { node: 'unshare', flags });
    const pid = Number(readFileSync(`/proc/${target.pid}/task/${target.pid}/children`, 'utf8'));
    expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/^NSpid:\t\d+\t1$/m);
    const { exitCode, stdout, lines } = await attach({ pid });
    expect(lines).toEqual([]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^after +inspector closed/m);
    expect(listeningPorts(pid)).toEqual([]);
    await expectUntouched(target);
  });

  test('is found by its title', async () => {
    const target = await AttachTarget.start(['idle', 'idle']);
    const link = `attach-name-${process.pid}`;
    const renamed = spawn(process.execPath, [
      '--inspect-port=0',
      '-e',
      `process.title = '${link}'; console.log('ready'); setInterval(() => {}, 99)`,
    ]);
    onTestFinished(() => void renamed.kill('SIGKILL'));
    await once(renamed.stdout, 'data');
    const { exitCode, stdout } = await runCli(['attach', '--pid-of', link, '--for', '0.2']);
    expect(stdout).toMatch(new RegExp(`^process +${renamed.pid}`, 'm'));
    expect(exitCode).toBe(0);
    await expectUntouched(target);
  });
});

/** A program whose main thread is in a call that ends when the test says so. */
async function startBlocked() {
  const pipe = join(temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [pipe]);
  const target = await AttachTarget.start(['blocked'], { env: { PIPE: pipe } });
  await until(() => target.stdout.includes('blocks'));
  return { target, unblock: () => closeSync(openSync(pipe, 'r+')) };
}

async function until(what: () => boolean): Promise<void> {
  while (!what()) await delay(20);
}

test('a program in a long call of native code is looked at when that returns', async () => {
  const { target, unblock } = await startBlocked();
  const onStderr = (stderr: string) => {
    if (stderr.includes('in a long call')) unblock();
  };
  const { exitCode, stdout, lines } = await attach(target, [], { onStderr });
  expect(lines).toEqual([
    expect.stringContaining('is in a long call of native code, and opens its inspector when that returns'),
  ]);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^after +inspector closed/m);
  await expectUntouched(target);
});

test('an inspector that opens after an attach was interrupted is closed by the next one', async () => {
  const { target, unblock } = await startBlocked();
  const mark = new OpenedMark(findTarget(target.pid)!);
  const { exitCode, lines } = await attach(target, [], {
    onSpawn: (child) => void until(() => mark.isThere).then(() => child.kill('SIGINT')),
  });
  expect(exitCode).toBe(130);
  expect(lines.at(-1)).toContain('should its inspector open later, the next "stageprof attach" closes it');
  unblock();
  while (listeningPorts(target.pid).length === 0) await delay(50);
  const next = await attach(target);
  expect(next.stdout).toMatch(/^after +inspector closed/m);
  await expectUntouched(target);
});

test('a program that is stopped for a moment meanwhile is looked at when it goes on', async () => {
  const target = await AttachTarget.start(['cpu']);
  const looked = attach(target, ['--for', '1']);
  while (listeningPorts(target.pid).length === 0) await delay(20);
  await delay(700);
  target.child.kill('SIGSTOP');
  await delay(3000);
  target.child.kill('SIGCONT');
  const { exitCode, stdout } = await looked;
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^after +inspector closed/m);
  await expectUntouched(target);
});

test('an attach that is killed is undone by the program itself, and the next one does not wait for it', async () => {
  const target = await AttachTarget.start(['cpu']);
  const before = { threads: target.threads, descriptors: target.descriptors };
  const found = findTarget(target.pid)!;
  const { client } = await openInspector(found, new AbortController().signal);
  const order = agentOrder(found, true, { seconds: 1, stacks: new Set(['native']), mayPause: true });
  await RemoteAgent.start(client, { ...order, lastsMs: 10_000 }, 60_000);
  await client.close();
  expect(listeningPorts(target.pid)).toHaveLength(1);
  while (listeningPorts(target.pid).length > 0) await delay(50);
  const now = () => ({ threads: target.threads, descriptors: target.descriptors });
  await expect.poll(now, { timeout: 30_000 }).toEqual(before);
  const { exitCode } = await attach(target);
  expect(exitCode).toBe(0);
  await expectUntouched(target);
});

test('Ctrl-C ends the look early: what was seen is printed, and all is undone', async () => {
  const target = await AttachTarget.start(['cpu']);
  const { exitCode, stdout } = await attach(target, ['--for', '60'], {
    onSpawn: (child) => void awaitLook(target).then(() => child.kill('SIGINT')),
  });
  expect(exitCode).toBe(130);
  expect(stdout).toMatch(/^\(program\)/m);
  expect(stdout).toMatch(/^after +inspector closed/m);
  await expectUntouched(target);
});

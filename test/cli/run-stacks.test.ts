import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Programs } from '../support/compiled-programs.js';
import { nodeHeaders } from '../support/native-stages.js';
import { MAIN, runCli } from '../support/run-cli.js';
import { type StackRow, stackRows, sumOf } from '../support/stack-rows.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const PROGRAM = fileURLToPath(new URL('../programs/stacks/program.js', import.meta.url));

async function run(how: string, nodeFlags: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const folder = temporaryFolder();
  const out = join(folder, 'report.json');
  const program = [process.execPath, ...nodeFlags, PROGRAM, how];
  const result = await runCli(['run', '--full', '--stacks', 'cpu', '--out', out, '--', ...program], {
    cwd: folder,
    env,
  });
  const stacks = join(folder, 'report.stacks.pb.gz');
  const rows = existsSync(stacks) ? await stackRows(stacks) : [];
  return { ...result, folder, stacks, rows, report: JSON.parse(readFileSync(out, 'utf8')) };
}

/** How many of the samples of a stage have this function on their stack. Those in the collector have none. */
function shareOf(rows: readonly StackRow[], stage: string, name: string): number {
  const mine = rows.filter((row) => row.stage === stage && !row.names.includes('(garbage collector)'));
  return (
    sumOf(
      mine.filter(({ names }) => names.includes(name)),
      'samples',
    ) / sumOf(mine, 'samples')
  );
}

test('a thread that never returns to its event loop is sampled, and told in words', async () => {
  const { exitCode, stdout, stderr, rows, report, stacks } = await run('never');
  expect([exitCode, stdout]).toEqual([0, '']);
  expect(shareOf(rows, 'never', 'busyMain')).toBeGreaterThan(0.9);
  const stages = rows.filter(({ stage }) => stage !== '(unknown)');
  expect(new Set(stages.map(({ thread }) => thread))).toEqual(new Set(['main']));
  expect(report.sources.cpu_stacks).toMatchObject({ truth: 'sampled', method: "V8's CPU profiler at 100 Hz" });
  expect(stderr).toMatch(
    /^cpu {2}never +(\d+ % ± \d+ of .*spinCpu spin-cpu\.js:\d.* < busyMain program\.js|.*too few)/m,
  );
  expect(stderr).toContain(`stacks are in ${stacks}`);
});

test('a call that uses three seconds of CPU is sampled from its beginning to its end', async () => {
  const { exitCode, rows, report } = await run('blocked');
  expect(exitCode).toBe(0);
  const inside = rows.filter(({ stage }) => stage === 'blocked');
  const cpuMs = sumOf(inside, 'cpuMs');
  // Each function has half of the CPU, however long the machine takes to give it.
  for (const name of ['busyFirst', 'busySecond']) {
    const mine = inside.filter(({ names }) => names.includes(name));
    expect(sumOf(mine, 'cpuMs') / cpuMs, name).toBeGreaterThan(0.35);
    expect(sumOf(mine, 'cpuMs') / cpuMs, name).toBeLessThan(0.65);
  }
  const { thread_cpu_s: cpu } = report.stages.find(({ stage }: { stage: string }) => stage === 'blocked');
  expect(cpu).toBeGreaterThan(3);
  expect(cpuMs / 1000 / cpu).toBeCloseTo(1, 1);
  expect(report.warnings.join()).not.toContain('CPU profiles that');
});

test('without --out the file is named by the process, and without --stacks there is none', async () => {
  const folder = temporaryFolder();
  const args = ['--', process.execPath, PROGRAM, 'child'];
  await runCli(['run', ...args], { cwd: folder });
  expect(readdirSync(folder)).toEqual([]);
  await runCli(['run', '--stacks', 'cpu', ...args], { cwd: folder });
  expect(readdirSync(folder)).toEqual([expect.stringMatching(/^stageprof-\d+\.stacks\.pb\.gz$/)]);
});

describe('the program is not seen to behave differently', () => {
  test('at process.exit, with a listener that exits again', async () => {
    const { exitCode, stdout, stderr, rows } = await run('exit');
    expect(exitCode).toBe(9);
    expect(stdout).toBe('exit 7, listeners 1\n');
    expect(stderr).not.toMatch(/debugger/i);
    expect(shareOf(rows, 'never', 'busyMain')).toBeGreaterThan(0.9);
  });

  test('when it throws', async () => {
    const { exitCode, stderr, rows } = await run('throw');
    expect(exitCode).toBe(1);
    expect(stderr).toContain('Error: thrown by the program');
    expect(stderr).not.toMatch(/debugger/i);
    expect(shareOf(rows, 'never', 'busyMain')).toBeGreaterThan(0.9);
  });

  test('when it profiles itself in a session of its own', async () => {
    const { stdout, rows } = await run('session');
    expect(stdout).toBe('its own profile has busyMain\n');
    expect(shareOf(rows, 'never', 'busyMain')).toBeGreaterThan(0.9);
  });

  test('when a debugger pauses it', async () => {
    const { exitCode, stdout, rows } = await run('paused');
    expect([exitCode, stdout]).toEqual([0, 'paused and resumed\n']);
    expect(shareOf(rows, 'paused', 'busyMain')).toBeGreaterThan(0.9);
  });

  test('with --inspect', async () => {
    const { exitCode, stderr, rows } = await run('never', ['--inspect=127.0.0.1:0']);
    expect(exitCode).toBe(0);
    expect(stderr.match(/Debugger listening on/g)).toHaveLength(1);
    expect(shareOf(rows, 'never', 'busyMain')).toBeGreaterThan(0.9);
  });

  // Node would print each profile of ours: its own session hears of it.
  test('with --cpu-prof, beside which there are no stacks of JS threads', async () => {
    const { folder, rows, report, stderr } = await run('never', ['--cpu-prof']);
    const written = readdirSync(folder).find((name) => name.endsWith('.cpuprofile'))!;
    expect(readFileSync(join(folder, written), 'utf8')).toContain('"busyMain"');
    expect([rows.filter(({ stage }) => stage !== '(unknown)'), stderr.includes('Cannot retrieve id')]).toEqual([
      [],
      false,
    ]);
    expect(report.sources.cpu_stacks.reason).toBe('Node profiles the program itself, by --cpu-prof');
  });

  // Node waits in a pause for sessions of other threads, and would wait for ever for ours.
  test('when it debugs itself, and goes on in the same moment', async () => {
    const { exitCode, stdout, report } = await run('pauses itself');
    expect([exitCode, stdout]).toEqual([0, 'paused 3 times\n']);
    expect(report.warnings).toContain('pauses by a debugger of the program, at which CPU stacks end: 1');
  });

  test('when it waits in Atomics.wait, which is no pause', async () => {
    const { stdout, report } = await run('waits');
    expect(stdout).toBe('waited\n');
    expect(report.warnings.filter((text: string) => text.includes('debugger'))).toEqual([]);
  });

  test('under the test runner of Node, whose process has no inspector', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'one.test.mjs'), "import test from 'node:test'; test('one', () => {});");
    const args = ['run', '--stacks', 'cpu', '--', process.execPath, '--test', 'one.test.mjs'];
    const { exitCode, stdout } = await runCli(args, { cwd: folder });
    expect([exitCode, stdout.includes('pass 1')]).toEqual([0, true]);
  });
});

test('a call into an addon that takes seconds is sampled, and no other function of the addon is named', async () => {
  using programs = new Programs(dirname(PROGRAM));
  const addon = programs.compile('two_functions.c', 'two-functions.so', `-I${nodeHeaders()}`);
  const { rows } = await run('native', [], { ADDON: addon });
  const inside = rows.filter(({ stage }) => stage === 'native');
  const native = inside.filter(({ names }) => names.at(-1) === '(native)' && names.at(-2) === 'callsNative');
  expect(sumOf(native, 'samples') / sumOf(inside, 'samples')).toBeGreaterThan(0.9);
  // It has used 2.5 s by the clock of its thread.
  expect(sumOf(inside, 'cpuMs')).toBeGreaterThan(2490);
  expect(rows.filter(({ names }) => /called/i.test(names.join()))).toEqual([]);
});

/** 15 s of CPU, of which one function has exactly 70 %, while ten processes want the CPUs. */
test.skipIf(process.env.STAGEPROF_SOAK === undefined)(
  'shares are within five points of the exact CPU where others take the CPUs',
  { timeout: 600_000 },
  async () => {
    using programs = new Programs(dirname(PROGRAM));
    const addon = programs.compile('two_functions.c', 'two-functions.so', `-I${nodeHeaders()}`);
    const others = Array.from({ length: 10 }, () => spawn(process.execPath, ['-e', 'for (;;);']));
    const { rows } = await run('shares', [], { ADDON: addon }).finally(() => {
      for (const other of others) other.kill('SIGKILL');
    });
    const cpuOf = (of: readonly StackRow[]) => sumOf(of, 'cpuMs');
    const inside = rows.filter(({ stage }) => stage === 'shares');
    const share = cpuOf(inside.filter(({ names }) => names.includes('callsLong'))) / cpuOf(inside);
    console.log(
      `${(100 * share).toFixed(1)} % of ${sumOf(inside, 'samples')} samples, 70 % by the clock of the thread`,
    );
    expect(Math.abs(share - 0.7)).toBeLessThan(0.05);
  },
);

test('a bare console.profileEnd() of the program costs some samples, and is told', async () => {
  const { exitCode, rows, report } = await run('bare');
  expect(exitCode).toBe(0);
  expect(shareOf(rows, 'bare', 'busyMain')).toBeGreaterThan(0.9);
  // Later versions of Node end no profile whose title is not given.
  const [major] = process.versions.node.split('.').map(Number);
  if (major! >= 24) return;
  expect(report.warnings.join()).toContain('CPU profiles that the program has ended by its own use of the inspector: ');
});

test('a process that is killed loses no more than its last moments', async () => {
  const { exitCode, rows, stderr } = await run('kill');
  expect(stderr).toContain('its CPU stacks lack what came last: up to 5 s, or longer where they are many');
  expect(exitCode).toBe(137);
  expect(shareOf(rows, 'kill', 'busyMain')).toBeGreaterThan(0.9);
});

describe('worker threads that never return to their event loops', () => {
  /** The program goes on until its functions are in the profile, so the machine may be as busy as it likes. */
  const expectOwnFunctions = (rows: readonly StackRow[]) => {
    for (const [n, other] of [
      [1, 2],
      [2, 1],
    ]) {
      const mine = rows.filter(({ stage }) => stage === `thread${n}`);
      expect(mine.filter(({ names }) => names.includes(`busyThread${n}`))).not.toEqual([]);
      expect(mine.filter(({ names }) => names.includes(`busyThread${other}`) || names.includes('busyMain'))).toEqual(
        [],
      );
      expect(new Set(mine.map(({ thread }) => thread))).toEqual(new Set(['worker']));
    }
    expect(rows.filter(({ stage, names }) => stage === 'main' && names.join().includes('busyThread'))).toEqual([]);
  };

  test('have stages and functions of their own', async () => {
    expectOwnFunctions((await run('threads')).rows);
  });

  test('and are ended from outside, as pools do, lose their last moments, which is told', async () => {
    const { exitCode, rows, report } = await run('terminate');
    expect(exitCode).toBe(0);
    expectOwnFunctions(rows);
    expect(report.warnings).toContain('last CPU profiles of worker threads that ended first: 2');
  });
});

test('child processes are in the same file', async () => {
  const { rows } = await run('children');
  expect(shareOf(rows, 'parent', 'busyMain')).toBeGreaterThan(0.9);
  expect(shareOf(rows, 'child', 'busyChild')).toBeGreaterThan(0.9);
});

test('flame writes what run has left, to standard output or to a file', async () => {
  const { stacks, folder } = await run('never');
  const printed = await runCli(['flame', stacks, stacks, '--stage', 'never']);
  expect(printed).toMatchObject({ exitCode: 0, stderr: '' });
  for (const line of printed.stdout.trimEnd().split('\n')) expect(line).toMatch(/^\[never\];.* \d+$/);
  const difference = await runCli(['flame', stacks, '--base', stacks, '--stage', 'never']);
  expect(difference).toMatchObject({ exitCode: 0, stderr: '' });
  for (const line of difference.stdout.trimEnd().split('\n')) expect(line).toMatch(/^\[never\];.* (\d+) \1$/);
  const path = join(folder, 'x.speedscope.json');
  const written = await runCli(['flame', stacks, '--format', 'speedscope', '-o', path]);
  expect(written).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  const profiles: readonly { readonly name: string }[] = JSON.parse(readFileSync(path, 'utf8')).profiles;
  expect(profiles.filter(({ name }) => name === 'main')).toHaveLength(1);
  const missing = await runCli(['flame', join(folder, 'none.pb.gz')]);
  expect(missing.exitCode).toBe(2);
  expect(missing.lines).toEqual([expect.stringMatching(/none\.pb\.gz: cannot be read, no such file/)]);
  const other = await runCli(['flame', MAIN]);
  expect(other.lines).toEqual([expect.stringMatching(/main\.js: Not a stack profile/)]);
});

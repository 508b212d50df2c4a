import type { ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MapFolders } from '../support/map-folders.js';
import { fixture, type OnStderr, readRecords, runCli } from '../support/run-cli.js';

const SLOW = fixture('slow.mjs');
const ENDS = fixture('ends.mjs');

const OPEN = [expect.objectContaining({ stage: 'wait' })];

/** Calls back once, when stderr has had a text this many times. */
function when(text: string, times: number, act: (pid: number) => void): OnStderr {
  let isDone = false;
  return (stderr, child) => {
    if (isDone || stderr.split(text).length <= times) return;
    isDone = true;
    act(child.pid!);
  };
}

const both =
  (...calls: OnStderr[]): OnStderr =>
  (stderr, child) => {
    for (const call of calls) call(stderr, child);
  };

function recordOf(folders: MapFolders, input: string): { [member: string]: unknown } {
  return JSON.parse(readFileSync(join(folders.records, `${input}.slow.jsonl`), 'utf8'));
}

describe.each([
  ['alone', 1],
  ['with its whole group', -1],
])('stageprof map, sent a signal %s', (_, target) => {
  const send = (signal: NodeJS.Signals) => (pid: number) => process.kill(target * pid, signal);

  test('SIGUSR2 writes a record of the running inputs, shows the table, and goes on', async () => {
    const folders = new MapFolders();
    const flags = ['--profile', '--jobs', '2', '--outdir', folders.records];
    const RELEASE = join(folders.folder, 'release');
    let unfinished: unknown[] = [];
    const result = await runCli(['map', ...flags, SLOW, 'quick', 'lasting-1', 'lasting-2'], {
      env: { ...folders.env, RELEASE },
      inGroup: true,
      onStderr: both(
        when('fixture: waiting', 2, send('SIGUSR2')),
        when('SIGUSR2: ', 1, () => {
          unfinished = ['lasting-1', 'lasting-2'].map((input) => recordOf(folders, input));
          writeFileSync(RELEASE, '');
        }),
      ),
    });
    expect(result).toMatchObject({ exitCode: 0, signal: null });
    expect(unfinished).toEqual(
      ['lasting-1', 'lasting-2'].map((input) => ({
        input,
        error: expect.objectContaining({ kind: 'unfinished', message: expect.stringContaining('SIGUSR2'), open: OPEN }),
        profile: expect.objectContaining({ partial: true }),
      })),
    );
    expect(result.stderr).toMatch(/SIGUSR2: 3 inputs: 1 done, 0 failed, 2 left, .*the run goes on\n1 record, pipeline/);
    expect(result.stdout).toMatch(/^3 records, pipeline slow\n/);
    // The good records replace them in the end.
    for (const record of Object.values(readRecords(folders.records))) expect(record).not.toHaveProperty('error');
    expect(await folders.left()).toEqual([]);
  });

  test('SIGTERM ends the run with a record of the running inputs, and leaves nothing behind', async () => {
    const folders = new MapFolders();
    const flags = ['--profile', '--jobs', '3', '--outdir', folders.records];
    const inputs = ['polite', 'endless', 'finishing', 'quick'];
    const result = await runCli(['map', ...flags, SLOW, ...inputs], {
      env: folders.env,
      inGroup: true,
      onStderr: when('fixture: waiting', 3, send('SIGTERM')),
    });
    expect(result).toMatchObject({ exitCode: 143, signal: null });
    expect(result.lines.at(-1)).toContain('4 inputs: 1 done, 0 failed, 3 left after SIGTERM, in');
    const error = { kind: 'unfinished', message: expect.stringMatching(/^was stopped by SIGTERM/), open: OPEN };
    expect(readRecords(folders.records)).toMatchObject({
      'polite.slow.jsonl': { error },
      'endless.slow.jsonl': { error, profile: { partial: true } },
      'finishing.slow.jsonl': { input: 'finishing', profile: { stages: [{ calls: 1 }] } },
    });
    expect(Object.keys(readRecords(folders.records))).toHaveLength(3);
    expect(await folders.left()).toEqual([]);
  });
});

test('an input that hangs in code is ended after the grace', async () => {
  const folders = new MapFolders();
  const result = await runCli(['map', '--profile', '--outdir', folders.records, ENDS, 'hangs'], {
    env: folders.env,
    onSpawn: onceTrue(
      () => folders.begun().length > 0,
      (child) => child.kill('SIGTERM'),
    ),
  });
  expect(result.exitCode).toBe(143);
  expect(readRecords(folders.records)['hangs.ends.jsonl']).toMatchObject({
    error: { kind: 'unfinished', signal: 'SIGKILL', open: [{ stage: 'outer' }, { stage: 'outer.inner' }] },
    profile: { partial: true },
  });
  expect(await folders.left()).toEqual([]);
});

test('a good record of an earlier run outlives a run that is told to flush and to stop', async () => {
  const folders = new MapFolders();
  mkdirSync(folders.records);
  const good = '{"input":"endless","pages":3}\n';
  const path = join(folders.records, 'endless.slow.jsonl');
  writeFileSync(path, good);
  let afterFlush = '';
  const { exitCode } = await runCli(['map', '--outdir', folders.records, SLOW, 'endless'], {
    env: folders.env,
    onStderr: both(
      when('fixture: waiting', 1, (pid) => process.kill(pid, 'SIGUSR2')),
      when('SIGUSR2: ', 1, (pid) => {
        afterFlush = readFileSync(path, 'utf8');
        process.kill(pid, 'SIGTERM');
      }),
    ),
  });
  expect(exitCode).toBe(143);
  expect(afterFlush).toBe(good);
  expect(readFileSync(path, 'utf8')).toBe(good);
});

test.each([
  ['that hangs in code', 'hangs'],
  ['that waits', 'waits'],
])('no process of an input %s outlives a map that is killed', async (_, input) => {
  const folders = new MapFolders();
  const args = ['map', '--jobs', '2', '--outdir', folders.records, ENDS, input, `x/${input}`];
  const isBegun = () => folders.begun().length === 2;
  const killed = runCli(args, { env: folders.env, onSpawn: onceTrue(isBegun, (child) => child.kill('SIGKILL')) });
  expect(await killed).toMatchObject({ signal: 'SIGKILL' });
  expect(await folders.left()).toEqual([]);
});

test('before the pipeline is loaded SIGUSR2 does nothing, and SIGTERM leaves nothing behind', async () => {
  const folders = new MapFolders();
  const pipeline = join(folders.folder, 'hanging.mjs');
  const loading = JSON.stringify(folders.log);
  // This module never finishes loading.
  const source = [
    "import { writeFileSync } from 'node:fs';",
    `writeFileSync(${loading}, \`\${process.pid} loading\\n\`);`,
    'await new Promise((resolve) => setTimeout(resolve, 60_000));',
    'export default () => ({});',
  ];
  writeFileSync(pipeline, source.join('\n'));
  const running = runCli(['map', '--profile', '--outdir', folders.records, pipeline, 'a'], {
    env: folders.env,
    onSpawn: onceTrue(
      () => folders.begun().length > 0,
      (child) => {
        child.kill('SIGUSR2');
        setTimeout(() => child.kill('SIGTERM'), 200);
      },
    ),
  });
  expect(await running).toMatchObject({ exitCode: 143, signal: null });
  expect(await folders.left()).toEqual([]);
});

/** Acts on the child once, as soon as a condition holds. */
function onceTrue(isTrue: () => boolean, act: (child: ChildProcess) => void) {
  return (child: ChildProcess) => {
    const timer = setInterval(() => {
      if (!isTrue()) return;
      clearInterval(timer);
      act(child);
    }, 10);
    onTestFinished(() => clearInterval(timer));
  };
}

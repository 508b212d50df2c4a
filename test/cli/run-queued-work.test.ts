import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { Programs } from '../support/compiled-programs.js';
import { nodeHeaders } from '../support/native-stages.js';
import { runCli } from '../support/run-cli.js';
import { type StackRow, stackRows, sumOf } from '../support/stack-rows.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const PROGRAM = fileURLToPath(new URL('../programs/stacks/queued.js', import.meta.url));
const MIB = 2 ** 20;

const programs = new Programs(dirname(PROGRAM));
afterAll(() => programs[Symbol.dispose]());

const headers = `-I${nodeHeaders()}`;
const addon = () =>
  programs.compile('queueing.c', 'queueing.so', headers, join(dirname(PROGRAM), 'std_thread.cc'), '-lstdc++');
/** What is C++ in the other one would keep it loaded. */
const unloadable = () => programs.compile('queueing.c', 'unloadable.so', headers);

/** Runs a program with and without the profiler, which must not differ. */
async function run(how: string, env: NodeJS.ProcessEnv = {}, ADDON = addon(), rate = 524_288) {
  const folder = temporaryFolder();
  const node = [process.execPath, PROGRAM, how];
  const flags = ['--full', '--stacks', 'native', '--stacks-bytes', `${rate}`, '--out', join(folder, 'report.json')];
  const { exitCode, stdout, stderr } = await runCli(['run', ...flags, '--', ...node], { env: { ADDON, ...env } });
  const [file, ...args] = node as [string, ...string[]];
  const plain = execFileSync(file, args, { encoding: 'utf8', env: { ...process.env, ADDON, ...env } });
  expect([exitCode, stdout]).toEqual([0, plain]);
  return { stderr, rows: await stackRows(join(folder, 'report.stacks.pb.gz')) };
}

/** MiB by stage of what a function of the addon holds. */
function heldBy(rows: readonly StackRow[], name: string): Record<string, number> {
  const held: Record<string, number> = {};
  for (const row of rows.filter(({ names }) => names.at(-1) === name)) {
    held[row.stage] = (held[row.stage] ?? 0) + row.live / MIB;
  }
  return Object.fromEntries(Object.entries(held).map(([stage, mib]) => [stage, Math.round(mib)]));
}

/**
 * Eight blocks of 2 MiB in one stage and eight of 5 MiB in the other. A thread that had to wait for something else, such as
 * the kernel's lock on the memory of the process, is unknown: so are some of them on a busy machine.
 */
function expectRightOrUnknown(rows: readonly StackRow[], name: string, alwaysUnknown = 0): void {
  const { few = 0, many = 0, '(unknown)': unknown = 0, ...others } = heldBy(rows, name);
  expect(others).toEqual({});
  expect(few + many + unknown - alwaysUnknown).toBe(8 * 2 + 8 * 5);
  expect([few % 2, many % 5]).toEqual([0, 0]);
  expect(few).toBeLessThanOrEqual(8 * 2);
  expect(many).toBeLessThanOrEqual(8 * 5);
  // Many are known.
  expect(few + many).toBeGreaterThan(14);
}

describe.runIf(process.arch === 'x64')('native memory of queued work is that of the stage that queued it', () => {
  test('with the stack that did', async () => {
    const { rows, stderr } = await run('queues');
    expect(heldBy(rows, 'in_work')).toEqual({ few: 4, many: 18 });
    const many = rows.filter(({ stage, names }) => stage === 'many' && names.at(-1) === 'in_work');
    for (const { names } of many) expect(names.filter((name) => /^queues/.test(name)).at(-1)).toBe('queuesOnce');
    expect(stderr).toMatch(
      /^live {2}many +18\.0 MiB in 6 blocks +in_work queueing\.so < \(work of\) \(anonymous\) queued\.js:\d+ < queued queued\.js:/m,
    );
  });

  test('where the addon finds the functions by dlsym', async () => {
    const { rows } = await run('queues', { FINDS_BY_DLSYM: '1' });
    expect(heldBy(rows, 'in_work')).toEqual({ few: 4, many: 18 });
  });

  test('by libuv', async () => {
    const { rows } = await run('requests');
    expect(heldBy(rows, 'in_request')).toEqual({ few: 6, many: 15 });
    // The main thread runs what libuv calls at the end, in no stage.
    expect(heldBy(rows, 'in_request_end')).toEqual({ few: 6, many: 15 });
  });

  test('each time anew', async () => {
    const { rows } = await run('again');
    expect(heldBy(rows, 'in_work')).toEqual({ few: 6, many: 21 });
  });

  test('but not that of other work on the same thread', async () => {
    const { rows } = await run('after', { UV_THREADPOOL_SIZE: '1' });
    const allocatedIn = (name: string) =>
      sumOf(
        rows.filter(({ stage }) => stage === name),
        'allocated',
      ) / MIB;
    expect(heldBy(rows, 'in_work')).toEqual({ few: 2 });
    expect(allocatedIn('few')).toBeLessThan(10);
    expect(allocatedIn('(unknown)')).toBeGreaterThan(30);
  });

  test('unless it is cancelled, or deleted before', async () => {
    const { rows } = await run('cancelled');
    expect(heldBy(rows, 'in_work')).toEqual({ few: 2 });
  });

  test('on threads that it makes', async () => {
    const { rows } = await run('threads');
    for (const name of ['in_new_thread', 'in_thread_of_work', 'in_std_thread']) expectRightOrUnknown(rows, name);
  });

  test('on threads that it wakes, and never that of the stage that made them', async () => {
    const { rows } = await run('staying');
    expect(heldBy(rows, 'in_reading_thread')).toEqual({ '(unknown)': 2 });
    // The main thread has woken it, in no work.
    expectRightOrUnknown(rows, 'in_woken_thread', 3);
    expectRightOrUnknown(rows, 'in_woken_std_thread');
  });

  test('or unknown, where several wake a thread at the same time', async () => {
    expectRightOrUnknown((await run('contended')).rows, 'in_woken_thread');
  });

  test('in worker threads, with which the addon is loaded anew', async () => {
    const { rows } = await run('workers', {}, unloadable());
    expect(heldBy(rows, 'in_work')).toEqual({ few: 12, many: 54 });
    expect(new Set(rows.filter(({ stage }) => stage === 'many').map(({ thread }) => thread))).toEqual(
      new Set(['worker']),
    );
  });

  test('in functions of JS that it has called', async () => {
    const { rows } = await run('calling');
    expect(heldBy(rows, 'in_callback')).toEqual({ few: 16, many: 40 });
    const few = rows.filter(({ stage, names }) => stage === 'few' && names.at(-1) === 'in_callback');
    for (const { names } of few) expect(names).toContain('queuesOnce');
  });

  test('in functions of JS that threads have called, and after that on these threads', async () => {
    const { rows } = await run('threadsCall');
    const { '': outside = 0, '(unknown)': unknown = 0, ...known } = heldBy(rows, 'in_callback');
    // Whom the thread at the pipe works for is not known.
    expect(outside + unknown).toBeGreaterThanOrEqual(3);
    expect(known).toEqual({ few: 2, many: 5 });
    const { '(unknown)': lost = 0, few = 0, many = 0, ...others } = heldBy(rows, 'after_waiting');
    expect(others).toEqual({});
    expect([lost + few + many, few % 2, many % 5]).toEqual([7, 0, 0]);
  });

  test('but not where the function of JS runs in a stage of its own', async () => {
    const { rows } = await run('stageListens');
    // From Node 24 on a thread-safe function does not keep the async context in which it was made.
    const stage = Number(process.versions.node.split('.')[0]) < 24 ? 'listens' : '';
    expect(heldBy(rows, 'in_callback')).toEqual({ [stage]: 3 });
  });

  test('and each call has its own data, however many wait', async () => {
    const { rows } = await run('callsMany');
    expect(heldBy(rows, 'in_callback')).toEqual({});
  });

  // Node queues by a call within its own binary, which nobody sees.
  test('and unknown where node has queued it', async () => {
    const { rows } = await run('ofNode', {}, addon(), 2048);
    // The function of libuv in which the threads of the pool begin.
    const ofPool = rows.filter(({ names }) => names.includes('worker'));
    expect(new Set(ofPool.map(({ stage }) => stage))).toEqual(new Set(['(unknown)']));
    for (const work of [/scrypt/i, /deflateInit/, /scandir|readdir/]) {
      expect(ofPool.some(({ names }) => names.some((name) => work.test(name)))).toBe(true);
    }
  });

  test('and unknown where there is no room for it, until there is', async () => {
    const { rows } = await run('crowded');
    expect(heldBy(rows, 'in_work').few).toBe(2);
    const { many = 0, '(unknown)': unknown = 0 } = heldBy(rows, 'in_work');
    // Six standard deviations of the sample, and what rounding makes of two numbers.
    const error = 6 * Math.sqrt((6000 / 1024) * 0.5) + 1;
    expect(Math.abs(many + unknown - 6000 / 1024)).toBeLessThan(error);
  });
});

test.runIf(process.arch === 'x64')(
  'of two stages that have sharp work at the same time none is charged what the other allocates',
  async () => {
    const folder = temporaryFolder();
    const program = fileURLToPath(new URL('../programs/stacks/sharp-stages.js', import.meta.url));
    const flags = ['--stacks', 'native', '--stacks-bytes', '65536', '--out', join(folder, 'report.json')];
    const { exitCode } = await runCli(['run', ...flags, '--', process.execPath, program]);
    expect(exitCode).toBe(0);
    const rows = (await stackRows(join(folder, 'report.stacks.pb.gz'))).filter(({ names }) =>
      names.some((name) => name.startsWith('vips_')),
    );
    const [alone, few, many, unknown] = ['alone', 'few', 'many', '(unknown)'].map((stage) =>
      sumOf(
        rows.filter((row) => row.stage === stage),
        'allocated',
      ),
    ) as [number, number, number, number];
    // All of it is five times the same work.
    const all = alone + few + many + unknown;
    expect(alone).toBeLessThan((1.15 * all) / 5);
    expect(few).toBeLessThan((1.15 * all) / 5);
    expect(many).toBeLessThan((1.15 * 3 * all) / 5);
    // The busier the machine, the more is unknown, also of what was done alone, and not of each the same part.
    expect(Math.min(alone, few, many)).toBeGreaterThan(0);
    expect(alone + few + many).toBeGreaterThan(0.3 * all);
  },
);

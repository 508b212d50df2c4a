import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';
import type { Postmortem } from '../../src/recorder/postmortem.js';
import { runCli } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const PRELOAD = fileURLToPath(new URL('../../dist/preload/preload.cjs', import.meta.url));
const POOL = fileURLToPath(new URL('../programs/threads/pool.mjs', import.meta.url));

const MANY = process.env.STAGEPROF_SOAK === '1' ? 500 : 60;

async function runPool(pool: string, workers: number, env: NodeJS.ProcessEnv = {}) {
  const out = join(temporaryFolder(), 'report.json');
  const args = ['run', '--out', out, '--', process.execPath, POOL, pool, String(workers)];
  const { exitCode, stdout } = await runCli(args, { env });
  return { exitCode, stdout, report: JSON.parse(readFileSync(out, 'utf8')) as Report };
}

function callsOf({ stages }: Report): [string, number, number][] {
  return stages.map(({ stage, calls, open }) => [stage, calls, open]);
}

describe('the worker threads of a program under stageprof run', () => {
  test.each([
    ['end by themselves', 'ends', [['task', 100, 0]]],
    [
      'end by process.exit within a stage',
      'exits',
      [
        ['task', 100, 0],
        ['last', 0, 20],
      ],
    ],
    [
      'are terminated within a stage',
      'terminated',
      [
        ['task', 100, 0],
        ['last', 0, 20],
      ],
    ],
  ] as const)('that %s lose nothing', async (_how, pool, rows) => {
    const { exitCode, stdout, report } = await runPool(pool, 20);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'done\n' });
    expect(callsOf(report)).toEqual([['main', 1, 0], ...rows]);
    expect(report.worker_threads).toMatchObject({ more: 4 });
    expect(report.worker_threads!.threads[0]).toMatchObject({ name: 'pool.mjs' });
    expect(report.worker_threads!.threads.every(({ stages, cpu_s, js_kb }) => stages && cpu_s! > 0 && js_kb! > 0)).toBe(
      true,
    );
    const [main, task] = report.stages;
    expect(main!.cpu_s).not.toBeNull();
    expect([task!.cpu_s, task!.rss_kb_delta]).toEqual([null, null]);
    expect(task!.thread_cpu_s).toBeGreaterThan(0);
    expect(task!.overhead_s).toBeGreaterThan(0);
    expect(task!.overhead_s).toBeLessThan(report.overhead_s!);
    // The threads ran beside the main thread, whose self times and time outside of stages are its total.
    expect(report.outside_wall_s + main!.wall_self_s!).toBeCloseTo(report.total_wall_s, 6);
    expect(report.outside_cpu_s! + main!.cpu_self_s!).toBeCloseTo(report.total_cpu_s!, 3);
    const elapsed = report.stages.reduce((sum, { wall_s }) => sum + wall_s!, 0);
    expect(report.stages_wall_s).toBeCloseTo(elapsed, 6);
    expect(report).toMatchObject({ processes: 1, thread: 0 });
    expect(report).not.toHaveProperty('partial');
  });

  test('of tinypool, which ends each after its task, lose nothing', async () => {
    const { exitCode, stdout, report } = await runPool('tinypool', 12);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'done\n' });
    expect(callsOf(report)).toEqual([
      ['main', 1, 0],
      ['task', 12, 0],
    ]);
    expect(report.worker_threads!.threads.length).toBeGreaterThan(3);
  });

  test('have their rows after a kill of the process', async () => {
    const { exitCode, report } = await runPool('killed', 3);
    expect(exitCode).toBe(137);
    expect(callsOf(report)).toEqual([
      ['main', 1, 0],
      ['task', 15, 0],
      ['last', 0, 3],
    ]);
    expect(report.stages[2]!.wall_s).toBeGreaterThan(3 * 0.3);
    expect(report.partial).toBe(true);
  });

  test(`that are ${MANY} and terminated within their stages leave no crash and no file`, async () => {
    // No other test has it: they run beside this one.
    const folder = temporaryFolder();
    const { exitCode, stdout, report } = await runPool('terminated', MANY, { TMPDIR: folder });
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'done\n' });
    expect(callsOf(report)).toEqual([
      ['main', 1, 0],
      ['task', 5 * MANY, 0],
      ['last', 0, MANY],
    ]);
    expect(report.worker_threads).toMatchObject({ more: MANY - 16 });
    expect(readdirSync(folder)).toEqual([]);
  }, 240_000);
});

test('postmortem adds the recorders of worker threads to that of their process', async () => {
  const folder = temporaryFolder();
  const env = { STAGEPROF_RUN: JSON.stringify({ folders: [folder], runPid: 1, profiler: {} }) };
  // As `run` would have started it. Without `run`, nobody removes the recorders after the kill.
  spawnSync(process.execPath, ['--require', PRELOAD, POOL, 'killed', '3'], { env: { ...process.env, ...env } });
  const names = readdirSync(folder).sort();
  expect(names).toHaveLength(4);
  const main = names.find((name) => /^\d+-\d+\.recorder$/.test(name))!;
  const { stdout } = await runCli(['postmortem', join(folder, main), '--format', 'json']);
  const { report, open } = JSON.parse(stdout) as Postmortem;
  expect(callsOf(report)).toEqual([
    ['main', 1, 0],
    ['task', 15, 0],
    ['last', 0, 3],
  ]);
  expect(report.worker_threads).toMatchObject({ threads: [{ thread: 1 }, { thread: 2 }, { thread: 3 }], more: 0 });
  expect(open.map(({ stage, thread }) => [stage, thread])).toEqual([
    ['last', 1],
    ['last', 2],
    ['last', 3],
  ]);
  const page = await runCli(['postmortem', join(folder, main)]);
  expect(page.stdout).toMatch(/open +last, for .*, in worker thread 1\n +last, for .*, in worker thread 2\n/);
});

describe('the heap of a worker thread that never asks for a profiler', () => {
  const WORKER = `const kept = [];
    for (let i = 0; i < 40; i++) kept.push(Array.from({ length: 2 ** 18 }, (_, n) => n + 0.5));
    kept.push(new Uint8Array(24 << 20).fill(1));
    globalThis.kept = kept;
    require('node:worker_threads').parentPort.postMessage('kept');
    setInterval(() => {}, 1000);`;
  const programOf = (options: object) => `
    const { Worker } = require('node:worker_threads');
    const worker = new Worker(${JSON.stringify(WORKER)}, { eval: true, ...${JSON.stringify(options)} });
    worker.once('message', () => setTimeout(() => process.exit(), 300));`;
  const reportOf = async (options: object): Promise<Report> => {
    const out = join(temporaryFolder(), 'report.json');
    const args = ['run', '--out', out, '--', process.execPath, '-e', programOf(options)];
    expect(await runCli(args)).toMatchObject({ exitCode: 0 });
    return JSON.parse(readFileSync(out, 'utf8'));
  };
  const MIB = 1024;

  test('is told, and its Buffers are', async () => {
    const { program, composition, findings } = await reportOf({});
    expect(program!.workers_kb_delta).toBeGreaterThan(80 * MIB);
    expect(program!.buffers_kb_delta).toBeGreaterThan(23 * MIB);
    expect(composition!.worker_heaps_kb).toBeGreaterThan(80 * MIB);
    expect(Math.abs(composition!.other_kb!)).toBeLessThan(Math.max(8 * MIB, 0.05 * composition!.rss_kb!));
    expect(findings!.map(({ kind }) => kind)).toContain('worker-growth');
  });

  test('is in the rest where the program keeps the profiler out of its threads', async () => {
    const { program, composition } = await reportOf({ execArgv: [], env: {} });
    expect(program!.workers_kb_delta).toBe(0);
    expect(composition!.other_kb).toBeGreaterThan(80 * MIB);
  });
});

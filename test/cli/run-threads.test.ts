import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';
import type { Postmortem } from '../../src/recorder/postmortem.js';
import { runCli } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const PRELOAD = fileURLToPath(new URL('../../dist/preload/preload.cjs', import.meta.url));
const POOL = fileURLToPath(new URL('../programs/threads/pool.mjs', import.meta.url));

async function runPool(pool: string, workers: number) {
  const out = join(temporaryFolder(), 'report.json');
  const { exitCode, stdout } = await runCli(['run', '--out', out, '--', process.execPath, POOL, pool, String(workers)]);
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

  test('that are five hundred and terminated within their stages leave no crash and no file', async () => {
    const before = runFolders();
    const { exitCode, stdout, report } = await runPool('terminated', 500);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'done\n' });
    expect(callsOf(report)).toEqual([
      ['main', 1, 0],
      ['task', 2500, 0],
      ['last', 0, 500],
    ]);
    expect(report.worker_threads).toMatchObject({ more: 484 });
    expect(runFolders().filter((name) => !before.includes(name))).toEqual([]);
  }, 240_000);
});

function runFolders(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('stageprof-run-'));
}

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

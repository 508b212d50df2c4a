import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ProcessEntry } from '../../src/model/process-list.js';
import type { Report } from '../../src/model/report.js';
import { outsideRow } from '../../src/report/outside-row.js';
import { fixture, runCli } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const NODE = process.execPath;
const STAGED = fixture('staged.mjs');

async function profile(command: readonly string[]) {
  const out = join(temporaryFolder(), 'report.json');
  const result = await runCli(['run', '--out', out, '--', ...command]);
  const report = JSON.parse(readFileSync(out, 'utf8')) as Report;
  return { ...result, report, processes: report.process_list!.processes };
}

/** Whether each process of a list has opened stages. */
const staged = (processes: readonly ProcessEntry[]) => processes.map(({ stages }) => stages);

describe('a launcher is listed, and is in no row and no total', () => {
  test('a shell', async () => {
    const { report, processes, lines } = await profile(['sh', '-c', `"$0" "$1"; exit 3`, NODE, STAGED]);
    expect(report).toMatchObject({ processes: 2, stages: [{ stage: 'work', calls: 1 }], program: { calls: 1 } });
    expect(staged(processes)).toEqual([false, true]);
    expect(processes[0]).toMatchObject({ exit: 3, command: expect.stringMatching(/^sh -c /) });
    expect(report.total_wall_s).toBeLessThan(processes[0]!.wall_s!);
    expect(report.total_wall_s).toBeCloseTo(report.outside_wall_s + report.stages_wall_s!, 8);
    expect(lines).toContain('1 node process, started by 1 launcher');
    const heading = lines.findIndex((line) => line.startsWith('pid '));
    expect(lines[heading]).toMatch(/^pid +command +exit +wall +cpu +rss peak/);
    expect(lines[heading + 1]).toMatch(/^\d+ +sh -c .* 3 /);
    expect(lines[heading + 2]).toMatch(/^\d+ {3,}\S+/);
  });

  test('a node program that starts another', async () => {
    const source = `const kept = Buffer.alloc(150 << 20, 1);
      const child = require('node:child_process').spawn(process.execPath, [${JSON.stringify(STAGED)}], { stdio: 'inherit' });
      child.on('exit', (code) => { process.exitCode = kept[0] + code; });`;
    const { report, processes, exitCode, lines } = await profile([NODE, '-e', source]);
    expect(exitCode).toBe(1);
    expect(report).toMatchObject({ processes: 2, stages: [{ stage: 'work', calls: 1 }], program: { calls: 1 } });
    expect(staged(processes)).toEqual([false, true]);
    const [launcher, app] = processes;
    expect(launcher!.rss_kb_peak).toBeGreaterThan(150 * 1024);
    expect(report.rss_kb_peak).toBeLessThan(150 * 1024);
    expect(report.rss_kb_peak).toBeLessThanOrEqual(app!.rss_kb_peak!);
    expect(report.total_cpu_s).toBeLessThanOrEqual(app!.cpu_s!);
    expect(lines.at(-2)).toMatch(/^cpu .*launchers$/);
  });
});

test('the list shows which of four workers of a cluster has the memory', async () => {
  const { report, processes, lines } = await profile([NODE, fixture('workers.mjs'), '4', '3']);
  expect(report).toMatchObject({ processes: 5, stages: [{ stage: 'request', calls: 4 }] });
  expect(staged(processes)).toEqual([false, true, true, true, true]);
  const workers = processes.slice(1);
  expect(workers.filter(({ rss_kb_peak }) => rss_kb_peak! > 100 * 1024)).toHaveLength(1);
  // The largest comes first below the primary. Node has some buffers of its own besides the 100 MiB.
  const heading = lines.findIndex((line) => line.startsWith('pid '));
  expect(lines[heading + 2]).toMatch(/ 1\d\d +MiB .*buffers 10[0-2] MiB/);
});

test('the total includes the stages of a killed child, and nothing outside of stages is negative', async () => {
  const { report } = await profile([NODE, STAGED, 'losesChild']);
  const outside = outsideRow(report);
  expect(report.program!.rss_kb_peak_max).toBeGreaterThanOrEqual(
    Math.max(...report.stages.map((row) => row.rss_kb_peak_max!)),
  );
  expect(report.total_wall_s).toBeGreaterThanOrEqual(report.outside_wall_s);
  for (const field of ['wall_s', 'cpu_s'] as const) expect(outside?.[field] ?? 0).toBeGreaterThanOrEqual(0);
});

test('a process that is no node program is listed with what was seen of it', async () => {
  const script = `const child = require('node:child_process').spawn('sleep', ['5']); child.on('exit', () => {});`;
  const { report, processes } = await profile([NODE, '-e', script]);
  expect(report).toMatchObject({ processes: 1, stages: [] });
  expect(processes).toMatchObject([
    { stages: false, exit: 0, composition: expect.objectContaining({ rss_kb: expect.any(Number) }) },
    { stages: false, exit: null, command: 'sleep 5', composition: null, rss_kb: expect.any(Number) },
  ]);
  expect(processes[1]!.parent).toBe(processes[0]!.pid);
});

test('a single process has no table of processes, but a list in the report', async () => {
  const { processes, lines } = await profile([NODE, STAGED]);
  expect(processes).toMatchObject([{ exit: 0, stages: true, cpu_s: expect.any(Number) }]);
  expect(lines.filter((line) => line.startsWith('pid '))).toEqual([]);
});

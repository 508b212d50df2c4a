import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';
import { PACKAGE } from '../support/workloads.js';

interface Run {
  readonly busyNs: Readonly<Record<string, number>>;
  readonly report: Report;
}

const PROGRAM = fileURLToPath(new URL('../programs/profiler/busy-stages.mjs', import.meta.url));

/**
 * A collection is charged to the stage that it strikes, and takes milliseconds. With so much room there is none, but for the
 * one that V8 makes by itself after some seconds, in order to need less.
 */
const NO_COLLECTION = ['--min-semi-space-size=64', '--max-semi-space-size=64', '--no-memory-reducer'];

function runBusyStages(attribution: string, scale: number): Run {
  const args = [...NO_COLLECTION, PROGRAM, new URL('.', PACKAGE).href, attribution, String(scale)];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 110_000 });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout) as Run;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The error of each label as a share of the error that is allowed: 1 % or 1 ms, whichever is more. */
function errors({ busyNs, report }: Run): Record<string, number> {
  return Object.fromEntries(
    report.stages.map(({ stage, thread_cpu_self_s }) => {
      const trueS = busyNs[stage]! / 1e9;
      return [stage, Math.abs(thread_cpu_self_s! - trueS) / Math.max(0.01 * trueS, 0.001)];
    }),
  );
}

/** Other programs on the machine can only make a stage busy for longer: the smallest error of three runs counts. */
test('stages that interleave are charged what they were busy, to 1 % or 1 ms', { timeout: 360_000 }, () => {
  const smallest: Record<string, number> = {};
  for (let attempt = 0; attempt < 3; attempt++) {
    const run = runBusyStages('exact', 1);
    const found = errors(run);
    for (const label of Object.keys(found)) smallest[label] = Math.min(smallest[label] ?? Infinity, found[label]!);
    expect(Object.keys(smallest)).toHaveLength(4 * 13);
    expectConserved(run);
    if (Object.values(smallest).every((error) => error <= 1)) return;
  }
  expect(Object.fromEntries(Object.entries(smallest).filter(([, error]) => error > 1))).toEqual({});
});

function expectConserved({ report, busyNs }: Run): void {
  const { thread_cpu_s: cpu, js_kb_alloc: alloc } = report.exact!;
  const found = sum(report.stages.map(({ thread_cpu_self_s }) => thread_cpu_self_s!)) + cpu!.outside;
  expect(Math.abs(found - cpu!.total)).toBeLessThan(0.005 * cpu!.total);
  const allocated = sum(report.stages.map(({ js_kb_alloc_self }) => js_kb_alloc_self!)) + alloc!.outside;
  // Each row is rounded to a KiB.
  expect(Math.abs(allocated - alloc!.total)).toBeLessThan(0.005 * alloc!.total + report.stages.length);
  expect(cpu!.outside).toBeGreaterThan(busyNs['(outside)']! / 1e9);
}

test('without exact attribution every part says that it overlapped others', () => {
  const { report } = runBusyStages('boundary', 0.1);
  for (const row of report.stages.filter(({ stage }) => stage.includes('.part'))) {
    expect([row.stage, row.overlapped_calls]).toEqual([row.stage, row.calls]);
    expect(row.thread_cpu_self_s).toBeNull();
  }
});

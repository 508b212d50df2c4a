import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ProfiledTasks } from '../../src/reconcile/profiled-task.js';
import { parseMapAccount } from '../../src/reconcile/read-map-account.js';
import { reconcileTask } from '../../src/reconcile/reconcile.js';
import type { ReconciledTask } from '../../src/reconcile/reconciled.js';
import { parseSacct } from '../../src/reconcile/sacct-rows.js';
import { sacctTasks } from '../../src/reconcile/sacct-tasks.js';

const saved = (name: string) => readFileSync(new URL(`sacct/${name}`, import.meta.url), 'utf8');

/** Saved on Slurm 22.05, which sampled every second: NAME.txt is sacct's output, NAME-runs.jsonl the map accounts. */
function reconciled(name: string): ReconciledTask[] {
  const parsed = parseSacct(saved(`${name}.txt`));
  if (parsed.state !== 'read') throw new Error(parsed.reason);
  const runs = saved(`${name}-runs.jsonl`)
    .trim()
    .split('\n')
    .map((line) => {
      const run = parseMapAccount(line);
      if (typeof run === 'string') throw new Error(run);
      return run;
    });
  const profiled = new ProfiledTasks({ tasks: new Map(), recordsOutside: 0 }, runs);
  const gathering = { intervalS: 1, plugin: 'linux', params: null };
  const tasks = [...sacctTasks(parsed.output.rows).values()];
  return tasks.map((task) => reconcileTask(task, profiled.get(task.task), { gathering, tolerancePercent: 5 }));
}

describe('an array of ten tasks, one cancelled, one out of time, one with a crash', () => {
  const tasks = reconciled('array');

  test('is ten tasks with a map account each', () => {
    expect(tasks.map(({ task }) => task)).toEqual(Array.from({ length: 10 }, (_, index) => `1_${index}`));
    expect(tasks.map(({ runs }) => runs)).toEqual(tasks.map(() => 1));
    const ends = tasks.map(({ state }) => state).filter((state) => state !== 'COMPLETED');
    expect(ends).toEqual(['CANCELLED by 0', 'TIMEOUT', 'FAILED']);
  });

  test('agrees in CPU to 1 % and in peak memory to 2 %', () => {
    for (const { quantities } of tasks) {
      expect(Math.abs(quantities[1]!.percent!)).toBeLessThan(1);
      expect(Math.abs(quantities[2]!.percent!)).toBeLessThan(2);
    }
  });

  test('differs in wall time by the start of node on a busy machine', () => {
    const reasons = tasks.flatMap(({ quantities: [wall] }) => (wall!.verdict === 'agrees' ? [] : wall!.reasons));
    expect(reasons).toHaveLength(9);
    for (const reason of reasons) expect(reason).toMatch(/^[345]\.\d\d s before stageprof started/);
  });
});

test('a requeued job is its two runs, the first of which outlived its step', () => {
  const [{ quantities, runs, steps }] = reconciled('requeued') as [ReconciledTask];
  expect({ runs, steps }).toEqual({ runs: 2, steps: ['batch', 'batch'] });
  const [wall, cpu, peak] = quantities;
  expect(wall).toMatchObject({ sacct: 45, verdict: 'explained' });
  expect(cpu).toMatchObject({
    sacct: 14.398,
    verdict: 'explained',
    reasons: [expect.stringMatching(/^outlived its step by 2\.36 s/)],
  });
  expect(peak!.verdict).toBe('agrees');
});

test('a run that was killed is known until its account was last written', () => {
  const [{ state, quantities }] = reconciled('killed') as [ReconciledTask];
  const [wall, cpu, peak] = quantities;
  expect(state).toBe('FAILED');
  expect(wall!.reasons).toEqual(['2.11 s before stageprof started and 2.78 s after its last account, killed']);
  expect(cpu).toMatchObject({
    verdict: 'explained',
    reasons: [expect.stringMatching(/^killed: the profiler has no more than its last account/)],
  });
  expect(peak!.verdict).toBe('agrees');
});

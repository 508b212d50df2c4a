import { expect, test } from 'vitest';
import type { Report, StageRow } from '../../src/model/report.js';
import { PACKAGE, runModule } from '../support/workloads.js';

/** Runs stages in a process of its own and returns its report, with a look-up of rows by label. */
function run(body: string, env: NodeJS.ProcessEnv = {}): { report: Report; row: (label: string) => StageRow } {
  const { code, stdout, stderr } = runModule(
    `
      import { pbkdf2 } from 'node:crypto';
      import { setTimeout as sleep } from 'node:timers/promises';
      import { promisify } from 'node:util';
      import { StageProfiler } from ${JSON.stringify(PACKAGE)};
      const derive = promisify(pbkdf2);
      const onPool = (jobs, rounds) => Promise.all(Array.from({ length: jobs }, () => derive('a', 'b', rounds, 64, 'sha512')));
      const loop = (rounds) => { for (let i = 0; i < rounds; i++) Math.sqrt(i + performance.now()); };
      ${body}
      console.log(JSON.stringify(profiler.report()));
      process.exit(0);
    `,
    env,
  );
  expect([stderr, code]).toEqual(['', 0]);
  const report = JSON.parse(stdout) as Report;
  return { report, row: (label) => report.stages.find(({ stage }) => stage === label)! };
}

test("the work of libuv's pool is in pool_cpu_s, and that of this thread is not", () => {
  const { report, row } = run(`
    await onPool(4, 1);
    await sleep(20);
    const profiler = new StageProfiler({ measure: ['cpu'] });
    await profiler.stage('pool', () => onPool(8, 60_000));
    profiler.stage('thread', () => loop(2e6));
    await profiler.stage('both', async () => { const done = onPool(4, 60_000); loop(1e6); await done; });
  `);
  expect(report.sources.pool_cpu).toMatchObject({ available: true, truth: 'exact' });
  for (const { cpu_s, thread_cpu_s, pool_cpu_s } of [row('pool'), row('both')]) {
    expect(pool_cpu_s!).toBeGreaterThan(0.02);
    expect(pool_cpu_s! + thread_cpu_s!).toBeGreaterThan(0.95 * cpu_s! - 0.002);
    expect(pool_cpu_s! + thread_cpu_s!).toBeLessThan(cpu_s! + 0.002);
  }
  expect(row('both').thread_cpu_s!).toBeGreaterThan(0.02);
  expect(row('thread').pool_cpu_s!).toBeLessThan(0.001);
});

test('a pool that starts during a stage is found at the end of the stage if Node names the threads', () => {
  const { report, row } = run(
    `
      const profiler = new StageProfiler({ measure: ['cpu'] });
      profiler.stage('before', () => loop(1e5));
      await profiler.stage('pool', () => onPool(4, 60_000));
    `,
    { UV_THREADPOOL_SIZE: '2' },
  );
  if (report.sources.pool_cpu.available) {
    const { cpu_s, thread_cpu_s, pool_cpu_s } = row('pool');
    expect(pool_cpu_s! + thread_cpu_s!).toBeGreaterThan(0.9 * cpu_s! - 0.002);
    expect(row('before').pool_cpu_s!).toBeLessThan(0.001);
  } else {
    expect(process.versions.node).toMatch(/^20\./);
    expect(row('pool').pool_cpu_s).toBeNull();
  }
});

test('the CPU of a pool that cannot be identified is null, and the source gives the reason', () => {
  const { report, row } = run(
    "await onPool(1, 1); const profiler = new StageProfiler(); profiler.stage('a', () => {});",
    { UV_THREADPOOL_SIZE: '1' },
  );
  if (!process.versions.node.startsWith('20.')) return;
  expect(row('a').pool_cpu_s).toBeNull();
  expect(report.sources.pool_cpu).toMatchObject({ available: false, reason: expect.stringContaining('only one') });
});

import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { TRACKER } from '../support/compiled-programs.js';
import { PACKAGE, runModule } from '../support/workloads.js';

const WORKERS = process.env.STAGEPROF_SOAK === '1' ? 500 : 30;
/** With 200 workers live memory grew by 170 KiB, with 300 it fell by 20 KiB. */
const NOISE_KIB = 1024;

/** Runs without blocking this thread, since it may take minutes. */
async function soak(environment: NodeJS.ProcessEnv) {
  const script = new URL('../programs/profiler/worker-soak.mjs', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, String(WORKERS)], { env: { ...process.env, ...environment } });
  const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve(signal ?? code)));
  const [stdout, stderr, end] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { stdout, stderr, end };
}

describe(`${WORKERS} workers that are terminated at random moments of their stages`, { timeout: 900_000 }, () => {
  test.each<[string, NodeJS.ProcessEnv]>([
    ['alone', {}],
    ['with the tracker', { LD_PRELOAD: TRACKER, STAGEPROF_TRACK_MODULES: '1' }],
  ])('leave no crash, descriptor, thread or memory behind, %s', async (_, environment) => {
    const { stdout, stderr, end } = await soak(environment);
    expect({ stderr, end }).toEqual({ stderr: '', end: 0 });
    const { before, after, calls } = JSON.parse(stdout);
    expect(calls).toBe(1);
    expect(after.descriptors).toEqual(before.descriptors);
    expect(after.threads).toBe(before.threads);
    // Without the tracker a reading is null where it would have exceeded its budget.
    if (environment.LD_PRELOAD === undefined) return;
    expect(after.liveKib - before.liveKib).toBeLessThan(NOISE_KIB);
    expect(before.liveKib).toBeGreaterThan(0);
  });
});

test('the reports of workers merge', () => {
  const { code, stdout, stderr } = runModule(`
    import { once } from 'node:events';
    import { Worker } from 'node:worker_threads';
    import { mergeReports, StageProfiler } from ${JSON.stringify(PACKAGE)};
    const source = \`
      const { parentPort, threadId } = require('node:worker_threads');
      import(${JSON.stringify(PACKAGE)}).then(({ StageProfiler }) => {
        const profiler = new StageProfiler({ attribution: 'exact' });
        for (let i = 0; i < threadId; i++) profiler.stage('a', () => profiler.stage('b', () => {}));
        profiler.close();
        parentPort.postMessage(profiler.report());
      });
    \`;
    const profiler = new StageProfiler({ attribution: 'exact' });
    profiler.stage('a', () => {});
    const workers = [1, 2, 3].map(() => new Worker(source, { eval: true, execArgv: [] }));
    const reports = (await Promise.all(workers.map((worker) => once(worker, 'message')))).flat();
    const calls = reports.map(({ stages }) => stages[0].calls);
    const merged = mergeReports([profiler.report(), ...reports]);
    const { thread, stages, sources, exact } = merged;
    const sum = (list) => list.reduce((a, b) => a + b, 0);
    const self = sum(stages.map((row) => row.thread_cpu_self_s)) + exact.thread_cpu_s.outside;
    console.log(JSON.stringify({ calls, thread, rows: stages.map(({ stage, calls }) => [stage, calls]), truth: sources.attribution.truth, left: self - exact.thread_cpu_s.total }));
  `);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { left, ...rest } = JSON.parse(stdout);
  expect(rest).toEqual({
    calls: [1, 2, 3],
    thread: null,
    rows: [
      ['a', 7],
      ['a.b', 6],
    ],
    truth: 'exact',
  });
  expect(Math.abs(left)).toBeLessThan(1e-6);
});

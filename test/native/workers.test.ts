import { describe, expect, test } from 'vitest';
import { PACKAGE, runModule } from '../support/workloads.js';

/** Runs twenty workers in a child process, four at a time, so that a crash ends the child and not this process. */
function twenty(worker: string, end: string) {
  return runModule(`
    import { Worker } from 'node:worker_threads';
    const source = \`
      const { parentPort } = require('node:worker_threads');
      import(${JSON.stringify(PACKAGE)}).then(async ({ StageProfiler }) => { ${worker} });
    \`;
    const run = (index) => new Promise((resolve, reject) => {
      const messages = [];
      const worker = new Worker(source, { eval: true, execArgv: [] });
      worker.on('error', reject);
      worker.on('exit', () => resolve(messages));
      worker.on('message', (message) => { messages.push(message); ${end} });
    });
    const results = [];
    for (let i = 0; i < 20; i += 4) results.push(...await Promise.all([i, i + 1, i + 2, i + 3].map(run)));
    console.log(JSON.stringify(results));
  `);
}

describe('profilers in twenty workers', () => {
  test('each measure their own thread', () => {
    const { code, stdout, stderr } = twenty(
      `
        const profiler = new StageProfiler();
        for (let i = 0; i < 100; i++) profiler.stage('a', () => Array.from({ length: 1_000 }, (_, n) => ({ n })));
        const { thread, stages, sources } = profiler.report();
        profiler.close();
        parentPort.postMessage([thread, stages[0].calls, stages[0].js_kb_alloc > 1_000, sources.js_peak.truth]);
      `,
      '',
    );
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const results = JSON.parse(stdout).map(([message]: unknown[][]) => message) as unknown[][];
    expect(new Set(results.map(([thread]) => thread)).size).toBe(20);
    expect(results.every(([, ...rest]) => JSON.stringify(rest) === '[100,true,"exact"]')).toBe(true);
  });

  test.each([
    ['while allocating in a stage', 'for (;;) Array.from({ length: 1_000 }, (_, n) => ({ n }));'],
    ['while opening and ending stages', "for (;;) profiler.stage('b', () => {});"],
    ['while awaiting in a stage', 'await new Promise(() => setInterval(() => {}, 1_000));'],
    [
      'while two stages take turns',
      `const turns = async () => { for (;;) { await null; await new Promise((resolve) => setTimeout(resolve, 1)); } };
       await Promise.all([profiler.stage('b', turns), profiler.stage('c', turns)]);`,
      'exact',
    ],
  ])('that are terminated %s leave no crash behind', (_when, body, attribution = 'boundary') => {
    const { code, signal, stdout, stderr } = twenty(
      `
        const profiler = new StageProfiler({ rssPeak: 'reset', attribution: '${attribution}' });
        await profiler.stage('a', async () => { parentPort.postMessage('inside'); ${body} });
      `,
      'setTimeout(() => worker.terminate(), index % 5);',
    );
    expect(stderr).toBe('');
    expect([code, signal]).toEqual([0, null]);
    expect(JSON.parse(stdout)).toEqual(Array(20).fill(['inside']));
  });

  test.each([
    ['by process.exit in a stage', "profiler.stage('a', () => process.exit(0));"],
    [
      'by an error in a stage',
      "process.on('uncaughtException', () => {}); profiler.stage('a', () => { throw new Error('boom') });",
    ],
    ['with a stage open and nothing left to do', "profiler.stage('a');"],
  ])('that end %s leave no crash behind', (_when, body) => {
    const { code, signal, stderr } = twenty(`const profiler = new StageProfiler(); ${body}`, '');
    expect(stderr).toBe('');
    expect([code, signal]).toEqual([0, null]);
  });
});

import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import type { SamplerOptions } from '../../src/model/sampler.js';
import { openSampler } from '../../src/native/open-sampler.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { PACKAGE } from '../support/workloads.js';

const ALL: SamplerOptions = { cpu: true, rss: true, js: true, native: true, io: true, rssPeak: 'lifetime' };

test('twenty workers with profilers keep few descriptors open, and read all the same', async () => {
  const folder = temporaryFolder();
  const source = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(${JSON.stringify(PACKAGE)}).then(({ StageProfiler }) => {
      const profiler = new StageProfiler({ recorder: workerData });
      profiler.stage('a', () => {});
      const [{ calls, rss_kb_delta, cpu_s }] = profiler.report().stages;
      parentPort.postMessage([calls, rss_kb_delta !== null, cpu_s !== null]);
      setInterval(() => {}, 1e6);
    });
  `;
  const workers = Array.from(
    { length: 20 },
    (_, index) => new Worker(source, { eval: true, workerData: join(folder, `${index}.recorder`) }),
  );
  const answers = workers.map((worker) => once(worker, 'message'));
  expect(await Promise.all(answers)).toEqual(workers.map(() => [[1, true, true]]));
  const aside = readdirSync('/proc/self/fd')
    .map(Number)
    .filter((number) => number >= 800);
  expect(aside.length).toBeGreaterThan(10);
  // 64 are kept. Each worker's recorder may have one more open at this moment. Their numbers may be higher: they were open
  // beside those that were open for a moment.
  expect(aside.length).toBeLessThanOrEqual(64 + workers.length);
  await Promise.all(workers.map((worker) => worker.terminate()));
});

describe('no descriptor stays open', () => {
  const open = (): number => readdirSync('/proc/self/fd').length;

  test('after a thousand samplers were closed', () => {
    openSampler(ALL).close();
    const before = open();
    for (let i = 0; i < 1_000; i++) {
      const sampler = openSampler({ ...ALL, rssPeak: i % 2 === 0 ? 'lifetime' : 'reset' });
      sampler.readEntry();
      sampler.readExit();
      sampler.close();
    }
    expect(open()).toBeLessThanOrEqual(before);
  });

  test('after twenty workers ended with open profilers', async () => {
    const source = `
      const { parentPort } = require('node:worker_threads');
      import(${JSON.stringify(PACKAGE)}).then(({ StageProfiler }) => {
        const profiler = new StageProfiler({ rssPeak: 'reset' });
        profiler.stage('a', () => {});
        parentPort.postMessage(profiler.report().stages[0].calls);
      });
    `;
    const run = (): Promise<unknown> =>
      new Promise((resolve, reject) => {
        let message: unknown;
        new Worker(source, { eval: true })
          .on('message', (value) => (message = value))
          .on('error', reject)
          .on('exit', () => resolve(message));
      });
    await run();
    const before = open();
    for (let round = 0; round < 5; round++)
      expect(await Promise.all([run(), run(), run(), run()])).toEqual([1, 1, 1, 1]);
    await expect.poll(open).toBeLessThanOrEqual(before);
  });
});

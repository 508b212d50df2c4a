/**
 * What does `pool_cpu_s` cost a stage? The clocks of the pool are read only if other threads have run, so a worker that
 * never rests makes every sample read them. Each trial has a process of its own, and the cases take turns.
 *
 *   npm run build && node bench/pool/stage_cost.js
 */
import { spawnSync } from 'node:child_process';
import { pbkdf2 } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { machineFacts } from '../machine.js';

const TRIALS = 5;
const CASES = [
  { text: 'no other thread runs, pool of 4', threads: 4, busy: false },
  { text: 'another thread runs, no pool', threads: 0, busy: true },
  { text: 'another thread runs, pool of 4', threads: 4, busy: true },
  { text: 'another thread runs, pool of 16', threads: 16, busy: true },
  { text: 'another thread runs, pool of 128', threads: 128, busy: true },
];

if (process.argv[2] === undefined) report();
else await trial(JSON.parse(process.argv[2]));

async function trial({ threads, busy }) {
  if (threads > 0) await promisify(pbkdf2)('a', 'b', 1, 64, 'sha512');
  if (busy) {
    const worker = new Worker('for (;;);', { eval: true });
    await new Promise((resolve) => worker.on('online', resolve));
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  const { StageProfiler } = await import('../../dist/index.js');
  const profiler = new StageProfiler({ measure: ['cpu', 'rss', 'js', 'io'] });
  const costs = [];
  for (let batch = 0; batch < 200; batch++) {
    const begin = process.hrtime.bigint();
    for (let call = 0; call < 500; call++) profiler.stage('a').end();
    costs.push(Number(process.hrtime.bigint() - begin) / 500);
  }
  process.stdout.write(String(costs.sort((a, b) => a - b)[100]));
  process.exit(0);
}

function report() {
  for (const [heading, value] of machineFacts()) console.log(`${heading}: ${value}`);
  const costs = CASES.map(() => []);
  for (let round = 0; round < TRIALS; round++) {
    CASES.forEach((wanted, index) => {
      const { stdout } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), JSON.stringify(wanted)], {
        encoding: 'utf8',
        env: { ...process.env, UV_THREADPOOL_SIZE: String(wanted.threads || 4) },
      });
      costs[index].push(Number(stdout));
    });
  }
  console.log('');
  console.log('| case | ns a stage, median of 5 processes | from | to |');
  console.log('| --- | --- | --- | --- |');
  CASES.forEach(({ text }, index) => {
    const sorted = costs[index].sort((a, b) => a - b);
    const [low, median, high] = [sorted[0], sorted[TRIALS >> 1], sorted[TRIALS - 1]].map(Math.round);
    console.log(`| ${text} | ${median} | ${low} | ${high} |`);
  });
}

// node worker-soak.mjs WORKERS [SEED]
// Starts workers, four at a time, and terminates them at random moments of their stages. Prints one line of JSON: what
// the process holds after a first tenth as many workers, and after all of them.
import { pbkdf2 } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { StageProfiler } from '../../../dist/index.js';

const [workers = 500, seed = 1] = process.argv.slice(2).map(Number);
const AT_ONCE = 4;
const LONGEST_MS = 40;

// xorshift32, so that a run can be repeated from its seed.
let state = seed;
function random() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
}

const WORKS = [
  "for (;;) profiler.stage('b', () => Array.from({ length: 100 }, (_, n) => ({ n })));",
  'for (;;) Buffer.allocUnsafeSlow(1 << 16).fill(1);',
  `const turns = async () => { for (;;) { await null; await new Promise((resolve) => setTimeout(resolve, 1)); } };
   await Promise.all([profiler.stage('b', turns), profiler.stage('c', turns)]);`,
  // Opens no files: Node itself loses the descriptor of a file that the pool opens while the worker ends.
  `const { pbkdf2 } = require('node:crypto'); const { stat } = require('node:fs/promises');
   for (;;) { pbkdf2('p', 's', 1000, 64, 'sha512', () => {}); await profiler.stage('b', () => stat('/proc')); }`,
  "for (;;) { const inner = new StageProfiler({ attribution: 'exact' }); inner.stage('b'); inner.report(); if (Math.random() < 0.5) inner.close(); await null; }",
];
const OPTIONS = ["{ attribution: 'exact' }", "{ attribution: 'exact', rssPeak: 'reset', threads: true }", '{}'];

function source() {
  const pick = (list) => list[Math.floor(random() * list.length)];
  return `
    const { parentPort } = require('node:worker_threads');
    import(${JSON.stringify(new URL('../../../dist/index.js', import.meta.url).href)}).then(({ StageProfiler }) => {
      const profiler = new StageProfiler(${pick(OPTIONS)});
      profiler.stage('handle');
      parentPort.postMessage('inside');
      return profiler.stage('a', async () => { ${pick(WORKS)} });
    });`;
}

/** One in eight is terminated while it starts. */
function one() {
  return new Promise((resolve, reject) => {
    const worker = new Worker(source(), { eval: true, execArgv: [] });
    const end = () => setTimeout(() => worker.terminate(), random() * LONGEST_MS);
    if (random() < 1 / 8) end();
    else worker.once('message', end);
    worker.once('error', reject);
    worker.once('exit', resolve);
  });
}

async function many(count) {
  let left = count;
  const next = async () => {
    while (left-- > 0) await one();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

/** Where a descriptor leads. Empty for the one that lists the folder, and for a module, which Node itself loses as above. */
function linkOf(descriptor) {
  try {
    const link = readlinkSync(`/proc/self/fd/${descriptor}`);
    return link.endsWith('.js') ? [] : [link.replace(/\d+/g, 'N')];
  } catch {
    return [];
  }
}

async function held() {
  // A thread ends, and leaves the kernel's count, some time after its 'exit'.
  await sleep(200);
  collect();
  const status = readFileSync('/proc/self/status', 'latin1');
  const kib = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)[1]);
  return {
    descriptors: readdirSync('/proc/self/fd').flatMap(linkOf).sort(),
    threads: kib('Threads'),
    rssKib: kib('VmRSS'),
    // What malloc has handed out. The resident set has what its arenas keep too, sometimes 30 MiB.
    liveKib: profiler.report().composition?.native_kb ?? null,
  };
}

// libuv starts its pool with the first work and keeps it. It must not start between the two counts of threads.
await promisify(pbkdf2)('p', 's', 1, 64, 'sha512');
const profiler = new StageProfiler({ attribution: 'exact', threads: true });
const result = await profiler.stage('all', async () => {
  await many(Math.max(8, Math.ceil(workers / 10)));
  const before = await held();
  await many(workers);
  const after = await held();
  return { workers, before, after };
});
profiler.close();
process.stdout.write(`${JSON.stringify({ ...result, calls: profiler.report().stages[0].calls })}\n`);

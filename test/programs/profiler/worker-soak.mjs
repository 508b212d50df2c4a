// soak.mjs WORKERS [SEED]: workers that are started and terminated at random moments of their stages, four at a time.
// Prints one line of JSON: what the process holds after a tenth as many of them, and after all.
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

// xorshift32: a run can be had again.
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
  // Nothing that opens files: Node itself loses the descriptor of an open that is on the pool when its worker ends.
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

/** What a descriptor leads to; nothing for the one that lists the folder, nor for a module (Node's own loss, as above). */
function linkOf(descriptor) {
  try {
    const link = readlinkSync(`/proc/self/fd/${descriptor}`);
    return link.endsWith('.js') ? [] : [link.replace(/\d+/g, 'N')];
  } catch {
    return [];
  }
}

async function held() {
  // Threads end, and the kernel takes note, after their 'exit'.
  await sleep(200);
  collect();
  const status = readFileSync('/proc/self/status', 'latin1');
  const kib = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)[1]);
  return {
    descriptors: readdirSync('/proc/self/fd').flatMap(linkOf).sort(),
    threads: kib('Threads'),
    rssKib: kib('VmRSS'),
    // What malloc has handed out: the resident set holds what its arenas keep, of 30 MiB now and then.
    liveKib: profiler.report().composition?.native_live_kb ?? null,
  };
}

// libuv's pool begins with its first work and stays, so not while threads are counted.
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

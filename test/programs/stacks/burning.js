/** Has other threads use CPU, by the addon of burning.c and by node itself. */
import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { activeProfiler } from '../../../dist/index.js';

const addon = { exports: {} };
process.dlopen(addon, process.env.ADDON);
const { burn } = addon.exports;
const HOW = { lightly: 0, heavily: 1, inThread: 2 };
const profiler = activeProfiler();

async function few() {
  for (let i = 0; i < 10; i++) await burn(30, HOW.lightly);
}
async function many() {
  for (let i = 0; i < 10; i++) await burn(90, HOW.heavily);
}

const programs = {
  async pool() {
    await Promise.all([profiler.stage('few', few), profiler.stage('many', many)]);
  },
  async threads() {
    await profiler.stage('few', async () => {
      for (let i = 0; i < 10; i++) await burn(30, HOW.inThread);
    });
  },
  /** Node itself queues it, after the pool has worked for the stage. */
  async node() {
    await profiler.stage('few', few);
    await profiler.stage('keys', () => promisify(pbkdf2)('password', 'salt', 1_500_000, 64, 'sha512'));
  },
  /** JS threads are sampled by V8. This one uses 2 s of CPU: its last profile is lost, and the first lasts one second. */
  async worker() {
    const code = `const { readFileSync } = require('node:fs');
      const usedMs = () => Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[0]) / 1e6;
      while (usedMs() < 2000) for (let i = 0; i < 100_000; i++) Math.sqrt(i);`;
    const worker = new Worker(code, { eval: true });
    await profiler.stage('few', few);
    await new Promise((resolve) => worker.on('exit', resolve));
  },
  async killed() {
    await profiler.stage('few', few);
    await new Promise((resolve) => setTimeout(resolve, 300));
    process.kill(process.pid, 'SIGKILL');
  },
};

await programs[process.argv[2]]();

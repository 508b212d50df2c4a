/** Has native memory allocated on other threads, by the addon of queueing.c. Prints what the addon told it. */
import { generateKeyPair, pbkdf2, randomFill, scrypt } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { isMainThread, Worker } from 'node:worker_threads';
import { deflate, gunzip, gzip } from 'node:zlib';
import { activeProfiler } from '../../../dist/index.js';

const addon = { exports: {} };
// The addon is unloaded with each worker if the main thread does not have it.
if (process.argv[2] !== 'workers') process.dlopen(addon, process.env.ADDON);
const { make, queue, cancel, drop, request, thread, stay, tell, wake } = addon.exports;
const { listen, unlisten, abandon, countCleaned, callThread, callMany } = addon.exports;
const MIB = 2 ** 20;
const HOW = { itself: 0, inThread: 1, byWaking: 2, untilCancel: 3, inStdThread: 4, byWakingStd: 5, byCalling: 6 };
const TASKS = '/proc/self/task';
const profiler = activeProfiler();
const told = [];

/** A piece of work that can be queued again and again. */
function makeWork() {
  let resolve;
  const work = make((...answer) => resolve(answer));
  return {
    work,
    queued: (mib, how = HOW.itself) =>
      new Promise((settle) => {
        resolve = settle;
        queue(work, mib * MIB, how);
      }),
  };
}

async function queuesOnce(mib, how) {
  const { work, queued } = makeWork();
  told.push(await queued(mib, how), drop(work));
}
async function queuesFew() {
  for (let i = 0; i < 2; i++) await queuesOnce(2);
}
async function queuesMany() {
  for (let i = 0; i < 6; i++) await queuesOnce(3);
}
async function requests(mib) {
  for (let i = 0; i < 3; i++) told.push(await new Promise((resolve) => request(mib * MIB, (...all) => resolve(all))));
}

/** A thread that has not waited yet works for whoever made it, whatever it finds to do: until all new ones wait. */
async function startThreads() {
  const before = new Set(readdirSync(TASKS));
  stay();
  const isWaiting = (id) => /\) S /.test(readFileSync(`${TASKS}/${id}/stat`, 'latin1'));
  for (let looks = 0; looks < 10; ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    looks = readdirSync(TASKS).every((id) => before.has(id) || isWaiting(id)) ? looks + 1 : 0;
  }
}

/** Listens to calls from other threads until so many have come, and tells their numbers in order. */
function heard(calls, most = 0) {
  const numbers = [];
  return new Promise((resolve) => {
    listen((number) => {
      if (numbers.push(number) < calls) return;
      unlisten();
      resolve(numbers.sort((a, b) => a - b));
    }, most);
  });
}

/** Both at the same time. */
async function inParallel(how) {
  const times = (count, mib) => async () => {
    for (let i = 0; i < count; i++) await queuesOnce(mib, how);
  };
  await Promise.all([profiler.stage('few', times(8, 2)), profiler.stage('many', times(8, 5))]);
}

const programs = {
  async queues() {
    await Promise.all([profiler.stage('few', queuesFew), profiler.stage('many', queuesMany)]);
  },
  async requests() {
    await Promise.all([profiler.stage('few', () => requests(2)), profiler.stage('many', () => requests(5))]);
  },
  async again() {
    const { work, queued } = makeWork();
    for (let i = 0; i < 3; i++) {
      told.push(await profiler.stage('few', () => queued(2)));
      told.push(await profiler.stage('many', () => queued(7)));
    }
    drop(work);
  },
  async cancelled() {
    // As many as the pool has threads.
    const waiting = Array.from({ length: 4 }, () => queuesOnce(0, HOW.untilCancel));
    await profiler.stage('cancelled', async () => {
      const { work, queued } = makeWork();
      const answer = queued(4);
      told.push(cancel(work), await answer, drop(work));
    });
    told.push(drop(makeWork().work));
    await Promise.all(waiting);
    await profiler.stage('few', () => queuesOnce(2));
  },
  async threads() {
    for (let i = 0; i < 8; i++) {
      profiler.stage('few', () => thread(2 * MIB));
      profiler.stage('many', () => thread(5 * MIB));
      await profiler.stage('few', () => queuesOnce(2, HOW.inThread));
      await profiler.stage('many', () => queuesOnce(5, HOW.inThread));
      await profiler.stage('few', () => queuesOnce(2, HOW.inStdThread));
      await profiler.stage('many', () => queuesOnce(5, HOW.inStdThread));
    }
  },
  async staying() {
    await profiler.stage('first', startThreads);
    profiler.stage('later', () => tell(2 * MIB));
    profiler.stage('later', () => wake(3 * MIB));
    for (let i = 0; i < 8; i++) {
      await profiler.stage('few', () => queuesOnce(2, HOW.byWaking));
      await profiler.stage('many', () => queuesOnce(5, HOW.byWaking));
      await profiler.stage('few', () => queuesOnce(2, HOW.byWakingStd));
      await profiler.stage('many', () => queuesOnce(5, HOW.byWakingStd));
    }
  },
  /** Two stages at the same time wake one thread. */
  async contended() {
    await startThreads();
    await inParallel(HOW.byWaking);
  },
  /** Node works on the thread of the pool that has worked for a stage. */
  async after() {
    await profiler.stage('few', () => queuesOnce(2));
    // 32 MiB.
    await promisify(scrypt)('password', 'salt', 16, { N: 2 ** 15, maxmem: 2 ** 30 });
  },
  /** Pieces of work have a function called that was made outside of all stages. */
  async calling() {
    const all = heard(16);
    await inParallel(HOW.byCalling);
    told.push(await all);
  },
  /** Threads have it called, of which one works for nobody. */
  async threadsCall() {
    const all = heard(7, 1);
    await startThreads();
    // The main thread waits for the answer, so this call must be the first in the queue.
    profiler.stage('later', () => tell(3 * MIB));
    profiler.stage('few', () => callThread(2 * MIB));
    profiler.stage('many', () => callThread(5 * MIB));
    told.push(await all);
  },
  /** The function is made in a stage, whoever calls it. */
  async stageListens() {
    await startThreads();
    const all = profiler.stage('listens', () => heard(1));
    profiler.stage('later', () => tell(3 * MIB));
    told.push(await all);
  },
  /** More calls wait than the tracker has room for; and some are dropped. */
  async callsMany() {
    const all = heard(10_000);
    profiler.stage('many', () => callMany(10_000));
    const numbers = await all;
    told.push(
      numbers.length,
      numbers.every((number, index) => number === index),
    );
    listen(() => {}, 0);
    profiler.stage('many', () => callMany(5000));
    abandon();
    await new Promise((resolve) => setTimeout(resolve, 100));
    told.push(countCleaned());
  },
  /** What node itself queues, in two stages at the same time. */
  async ofNode() {
    const text = Buffer.alloc(200_000, 'stageprof ');
    const all = () =>
      Promise.all([
        promisify(scrypt)('password', 'salt', 16, { N: 2 ** 12 }),
        promisify(pbkdf2)('password', 'salt', 10, 1000, 'sha512'),
        promisify(randomFill)(Buffer.alloc(100_000)),
        promisify(generateKeyPair)('ec', { namedCurve: 'P-256' }),
        promisify(deflate)(text),
        promisify(gzip)(text).then(promisify(gunzip)),
        readdir('/usr/lib'),
        realpath('/proc/self/exe'),
        mkdtemp(`${tmpdir()}/stageprof-`).then((path) => rm(path, { recursive: true })),
        lookup('localhost'),
      ]);
    for (let i = 0; i < 5; i++) await Promise.all([profiler.stage('few', all), profiler.stage('many', all)]);
  },
  /** More than the tracker has room for. */
  async crowded() {
    const works = Array.from({ length: 6000 }, makeWork);
    const answers = await profiler.stage('many', () => Promise.all(works.map(({ queued }) => queued(1 / 1024))));
    told.push(answers.every(([status, runs]) => status === 0 && runs === 1));
    for (const { work } of works) drop(work);
    await profiler.stage('few', () => queuesOnce(2));
  },
  async workers() {
    for (let i = 0; i < 3; i++) await once(new Worker(new URL(import.meta.url), { argv: ['queues'] }), 'exit');
  },
};

await programs[process.argv[2]]();
if (isMainThread) console.log(JSON.stringify(told));

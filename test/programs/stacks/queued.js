/** Has native memory allocated on other threads, by the addon of queueing.c. Prints what the addon told it. */
import { scrypt } from 'node:crypto';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { isMainThread, Worker } from 'node:worker_threads';
import { activeProfiler } from '../../../dist/index.js';

const addon = { exports: {} };
// The addon is unloaded with each worker if the main thread does not have it.
if (process.argv[2] !== 'workers') process.dlopen(addon, process.env.ADDON);
const { make, queue, cancel, drop, request, thread, stay, tell, wake } = addon.exports;
const MIB = 2 ** 20;
const HOW = { itself: 0, inThread: 1, byWaking: 2, sleeps: 3, inStdThread: 4, byWakingStd: 5 };
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

/** A thread that has not waited yet works for whoever made it, whatever it finds to do. */
async function startThreads() {
  stay();
  await new Promise((resolve) => setTimeout(resolve, 200));
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
    const sleeping = Array.from({ length: 4 }, () => queuesOnce(0, HOW.sleeps));
    await profiler.stage('cancelled', async () => {
      const { work, queued } = makeWork();
      const answer = queued(4);
      told.push(cancel(work), await answer, drop(work));
    });
    told.push(drop(makeWork().work));
    await Promise.all(sleeping);
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

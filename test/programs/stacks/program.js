/** Runs under `stageprof run`. Its argument says what is special about it. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import inspector from 'node:inspector';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { activeProfiler } from '../../../dist/index.js';
import { spin } from './spin.js';

const how = process.argv[2];
const profiler = activeProfiler();
const busyMain = (ms) => spin(ms) + 1;
const busyChild = (ms) => spin(ms) + 2;
const busyThread1 = (ms) => spin(ms) + 3;
const busyThread2 = (ms) => spin(ms) + 4;

function never() {
  profiler.stage('never', () => busyMain(1000));
}

if (!isMainThread) {
  const name = `thread${workerData}`;
  for (let i = 0; i < 80; i++) profiler.stage(name, () => (workerData === 1 ? busyThread1 : busyThread2)(30));
} else if (how === 'child') profiler.stage('child', () => busyChild(800));
else if (how === 'children') {
  const child = fork(new URL(import.meta.url), ['child']);
  profiler.stage('parent', () => busyMain(800));
  await once(child, 'exit');
} else if (how === 'threads') {
  const threads = [1, 2].map((n) => new Worker(new URL(import.meta.url), { workerData: n }));
  profiler.stage('main', () => busyMain(400));
  await Promise.all(threads.map((thread) => once(thread, 'exit')));
} else if (how === 'exit') {
  process.on('worker', () => console.log('saw a worker'));
  process.on('exit', (code) => {
    console.log(`exit ${code}, listeners ${process.listenerCount('exit')}`);
    process.exit(9);
  });
  never();
  process.exit(7);
} else if (how === 'throw') {
  setTimeout(() => {
    never();
    throw new Error('thrown by the program');
  });
} else if (how === 'bare') {
  // Ends the newest profile of all sessions, whoever has begun it.
  for (let i = 0; i < 3; i++) {
    profiler.stage('bare', () => busyMain(900));
    console.profileEnd();
  }
} else if (how === 'session') {
  const session = new inspector.Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.start');
  never();
  session.post('Profiler.stop', (_, { profile }) => {
    const names = profile.nodes.map((node) => node.callFrame.functionName);
    console.log(names.includes('busyMain') ? 'its own profile has busyMain' : names.join());
  });
  session.disconnect();
} else if (how === 'kill') {
  profiler.stage('kill', () => busyMain(3000));
  process.kill(process.pid, 'SIGKILL');
} else never();

/** Runs under `stageprof run`. Its argument says what is special about it. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import inspector from 'node:inspector';
import { setTimeout as delay } from 'node:timers/promises';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';
import { activeProfiler } from '../../../dist/index.js';
import { spin } from './spin.js';
import { spinCpu } from './spin-cpu.js';

const how = process.argv[2];
const profiler = activeProfiler();
const busyMain = (ms) => spinCpu(ms) + 1;
const busyFirst = (ms) => spinCpu(ms) + 5;
const busySecond = (ms) => spinCpu(ms) + 6;
const busyChild = (ms) => spinCpu(ms) + 2;
const busyThread1 = (ms) => spin(ms) + 3;
const busyThread2 = (ms) => spin(ms) + 4;

function never() {
  profiler.stage('never', () => busyMain(1000));
}

/** Goes on once the functions are in the profile, however long that takes on a busy machine. */
async function sampled(...names) {
  for (const end = performance.now() + 60_000; performance.now() < end; await delay(300)) {
    const profile = gunzipSync(profiler.stacks());
    if (names.every((name) => profile.includes(name))) return;
  }
}

if (!isMainThread) {
  const { n, isOver } = workerData;
  const busy = n === 1 ? busyThread1 : busyThread2;
  while (Atomics.load(isOver, 0) === 0) profiler.stage(`thread${n}`, () => busy(30));
} else if (how === 'child') profiler.stage('child', () => busyChild(800));
else if (how === 'children') {
  const child = fork(new URL(import.meta.url), ['child']);
  profiler.stage('parent', () => busyMain(800));
  await once(child, 'exit');
} else if (how === 'threads' || how === 'terminate') {
  const isOver = new Int32Array(new SharedArrayBuffer(4));
  const threads = [1, 2].map((n) => new Worker(new URL(import.meta.url), { workerData: { n, isOver } }));
  profiler.stage('main', () => busyMain(400));
  await sampled('busyMain', 'busyThread1', 'busyThread2');
  const ended = Promise.all(threads.map((thread) => once(thread, 'exit')));
  if (how === 'terminate') for (const thread of threads) thread.terminate();
  Atomics.store(isOver, 0, 1);
  await ended;
} else if (how === 'shares') {
  const addon = { exports: {} };
  process.dlopen(addon, process.env.ADDON);
  const callsLong = () => void addon.exports.calledFunction(7);
  const callsShort = () => void addon.exports.calledFunction(3);
  profiler.stage('shares', () => {
    for (let i = 0; i < 1500; i++) {
      callsLong();
      callsShort();
    }
  });
} else if (how === 'native') {
  const addon = { exports: {} };
  process.dlopen(addon, process.env.ADDON);
  const callsNative = () => addon.exports.calledFunction(2500);
  profiler.stage('native', () => void callsNative());
} else if (how === 'paused') {
  const debug = new Worker(new URL('pausing-debugger.js', import.meta.url));
  await once(debug, 'message');
  profiler.stage('paused', () => busyMain(2500));
  console.log(...(await once(debug, 'message')));
  debug.unref();
} else if (how === 'pauses itself') {
  const session = new inspector.Session();
  session.connect();
  let times = 0;
  session.on('Debugger.paused', () => {
    times++;
    session.post('Debugger.resume');
  });
  session.post('Debugger.enable');
  session.post('Debugger.setPauseOnExceptions', { state: 'all' });
  for (let i = 0; i < 3; i++) {
    try {
      throw new Error(`${i}`);
    } catch {}
  }
  console.log(`paused ${times} times`);
} else if (how === 'waits') {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500);
  console.log('waited');
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
} else if (how === 'blocked') {
  profiler.stage('begun', () => busyMain(100));
  await sampled('busyMain');
  profiler.stage('blocked', () => busyFirst(1500) + busySecond(1500));
} else if (how === 'kill') {
  profiler.stage('kill', () => busyMain(3000));
  process.kill(process.pid, 'SIGKILL');
} else never();

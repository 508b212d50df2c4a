/** Holds native memory in stages, under `stageprof run`. Its argument says what is special about it. */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { isMainThread, Worker } from 'node:worker_threads';
import { activeProfiler, StageProfiler } from '../../../dist/index.js';

const addon = { exports: {} };
process.dlopen(addon, process.env.ADDON);
const { hold, drop } = addon.exports;
const how = process.argv[2];
const MIB = 2 ** 20;

const { RECORDER: recorder } = process.env;
const options = {
  stacks: how === 'one after another' ? ['cpu', 'native'] : ['native'],
  ...(recorder === undefined ? {} : { recorder }),
};
const isInCode = how === 'in code' || how === 'one after another';
const profiler = isInCode || recorder !== undefined ? new StageProfiler(options) : activeProfiler();
function emitIsReplaced() {
  return Object.hasOwn(Object.getPrototypeOf(process), 'emit');
}
function holdsMany() {
  for (let i = 0; i < 20; i++) hold(2 * MIB);
}
function holdsLittle() {
  for (let i = 0; i < 20_000; i++) hold(1000);
}
function peaks() {
  for (let i = 0; i < 50; i++) hold(2 * MIB);
}

if (!isMainThread) profiler.stage('in a worker', holdsMany);
else if (how === 'rounds' || how === 'rounds killed') {
  for (let round = 0; round < 4; round++) {
    profiler.stage('keeps', () => hold(10 * MIB));
    profiler.stage('keeps less', () => hold(5 * MIB));
    profiler.stage('works', () => {});
    await delay(5);
  }
  if (how === 'rounds killed') {
    // What has outlived which stages is noted once a second.
    await delay(5000);
    process.kill(process.pid, 'SIGKILL');
  }
} else if (how === 'one after another') {
  profiler.stage('many', holdsMany);
  profiler.close();
  const second = new StageProfiler(options);
  second.stage('later', holdsMany);
  drop();
  const early = Buffer.from(second.stacks()).toString('base64');
  second.close();
  const late = Buffer.from(second.stacks()).toString('base64');
  // The threads that have written the files are left to end.
  for (const end = performance.now() + 30_000; emitIsReplaced() && performance.now() < end; await delay(10));
  console.log(JSON.stringify({ early, late, emitIsReplaced: emitIsReplaced() }));
} else if (how === 'own recorder') {
  console.log(JSON.stringify(profiler.report().sources.native_stacks));
} else {
  profiler.stage('peak', peaks);
  profiler.stage('free', () => {
    for (let i = 0; i < 50; i++) drop();
  });
  profiler.stage('many', holdsMany);
  profiler.stage('outer', () => profiler.stage('little', holdsLittle));
  if (how === 'killed') process.kill(process.pid, 'SIGKILL');
  if (how === 'exit') process.exit(3);
  if (how === 'worker') await once(new Worker(new URL(import.meta.url)), 'exit');
  if (how === 'closed') profiler.close();
  if (how === 'in code') {
    const early = Buffer.from(profiler.stacks()).toString('base64');
    const { sources } = profiler.report();
    profiler.close();
    console.log(JSON.stringify({ early, late: Buffer.from(profiler.stacks()).toString('base64'), sources }));
  }
}

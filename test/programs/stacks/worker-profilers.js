/**
 * A worker thread has two profilers at a time, then one, and after their end another. Prints the stacks that the main thread
 * has of it, and what its profilers say of their stages.
 */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';
import { StageProfiler } from '../../../dist/index.js';
import { spin } from './spin.js';

const LABELS = ['thread-first', 'thread-second', 'thread-alone', 'thread-third'];
const options = { stacks: ['cpu'], attribution: 'exact' };

if (isMainThread) {
  const profiler = new StageProfiler(options);
  const worker = new Worker(new URL(import.meta.url));
  const [stages] = await once(worker, 'message');
  for (const end = performance.now() + 20_000; performance.now() < end; await delay(100)) {
    const text = gunzipSync(profiler.stacks());
    if (LABELS.every((label) => text.includes(label))) break;
  }
  profiler.close();
  worker.postMessage('end');
  console.log(JSON.stringify({ pprof: Buffer.from(profiler.stacks()).toString('base64'), stages }));
} else {
  const first = new StageProfiler(options);
  const second = new StageProfiler(options);
  first.stage('thread-first', () => spin(100));
  second.stage('thread-second', () => spin(100));
  first.close();
  second.stage('thread-alone', () => spin(100));
  second.close();
  const third = new StageProfiler(options);
  third.stage('thread-third', () => spin(100));
  third.close();
  parentPort.postMessage([first, second, third].flatMap((profiler) => profiler.report().stages));
  await once(parentPort, 'message');
}

/**
 * A worker thread has two profilers at a time, then one, and after their end another. Prints the stacks that the main thread
 * has of it, and what its profilers say of their stages.
 */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';
import { StageProfiler } from '../../../dist/index.js';
import { spin } from './spin.js';

const LABELS = ['thread-first', 'thread-second', 'thread-alone', 'thread-third'];
const options = { stacks: ['cpu'], attribution: 'exact' };

if (isMainThread) {
  const profiler = new StageProfiler(options);
  /** Which labels the stacks have. */
  const seen = new Int32Array(new SharedArrayBuffer(LABELS.length * Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(new URL(import.meta.url), { workerData: seen });
  let stages;
  worker.once('message', (message) => (stages = message));
  for (const end = performance.now() + 60_000; stages === undefined; await delay(100)) {
    const text = gunzipSync(profiler.stacks());
    const isOver = performance.now() > end;
    for (const [index, label] of LABELS.entries()) {
      if (text.includes(label) || isOver) Atomics.store(seen, index, 1);
    }
  }
  profiler.close();
  worker.postMessage('end');
  console.log(JSON.stringify({ pprof: Buffer.from(profiler.stacks()).toString('base64'), stages }));
} else {
  /** A thread may work for a while before its sampling begins, and after it has told that it ends. */
  const untilSeen = (profiler, index) => {
    do profiler.stage(LABELS[index], () => spin(100));
    while (Atomics.load(workerData, index) === 0);
  };
  const first = new StageProfiler(options);
  const second = new StageProfiler(options);
  untilSeen(first, 0);
  untilSeen(second, 1);
  first.close();
  untilSeen(second, 2);
  second.close();
  const third = new StageProfiler(options);
  untilSeen(third, 3);
  third.close();
  parentPort.postMessage([first, second, third].flatMap((profiler) => profiler.report().stages));
  await once(parentPort, 'message');
}

// A pipeline that works in a thread, which lives from one input to the next. An input is the number of calls, with what
// happens at its end: `kill` ends the process, `terminate` ends the thread, `throw` fails.
import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { activeProfiler } from 'stageprof';

let worker;

export default async function run(input, { profiler }) {
  const [calls, end] = input.split('-');
  worker ??= new Worker(new URL(import.meta.url), { execArgv: [], env: {} });
  await profiler.stage('outer', async () => {
    worker.ref();
    worker.postMessage(Number(calls));
    await once(worker, 'message');
    worker.unref();
  });
  if (end === 'kill') process.kill(process.pid, 'SIGKILL');
  if (end === 'throw') throw new Error('as it would');
  if (end === 'terminate') {
    await worker.terminate();
    worker = undefined;
  }
  return {};
}

if (!isMainThread) {
  parentPort.on('message', (calls) => {
    for (let i = 0; i < calls; i++)
      activeProfiler().stage('inner', () => Array.from({ length: 100 }, (_, n) => ({ n })));
    parentPort.postMessage('done');
  });
}

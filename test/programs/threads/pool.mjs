// pool.mjs POOL WORKERS: a program with stages in its worker threads. POOL says who starts them, and how they end:
// `ends` by themselves, `terminated` within a stage, `exits` by process.exit, `tinypool` by the pool; `killed` kills the
// process while they are within a stage.
import { isMainThread, parentPort, threadId, Worker, workerData } from 'node:worker_threads';
import { activeProfiler } from 'stageprof';

const url = new URL(import.meta.url);
const [pool, workers] = process.argv.slice(2);
const AT_ONCE = 8;

export default function work(task) {
  return activeProfiler().stage('task', () => task * 2);
}

function inWorker(end) {
  const profiler = activeProfiler();
  for (let i = 0; i < 5; i++) profiler.stage('task', () => Array.from({ length: 100 }, (_, n) => ({ n })));
  if (end === 'exits') profiler.stage('last', () => process.exit(0));
  if (end === 'ends') return;
  profiler.stage('last', () => {
    parentPort.postMessage(threadId);
    for (;;);
  });
}

async function runWorkers() {
  const one = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(url, { workerData: pool, execArgv: [], env: {} });
      worker.on('error', reject);
      worker.on('message', () => (pool === 'terminated' ? worker.terminate() : resolve()));
      worker.on('exit', resolve);
    });
  for (let started = 0; started < Number(workers); started += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, Number(workers) - started) }, one));
  }
}

if (isMainThread) {
  activeProfiler().stage('main', () => {});
  if (pool === 'tinypool') {
    const { Tinypool } = await import('tinypool');
    const threads = new Tinypool({ filename: url.href, maxThreads: 3, isolateWorkers: true, execArgv: [] });
    await Promise.all(Array.from({ length: Number(workers) }, (_, task) => threads.run(task)));
    await threads.destroy();
  } else await runWorkers();
  if (pool === 'killed') {
    await new Promise((resolve) => setTimeout(resolve, 2000));
    process.kill(process.pid, 'SIGKILL');
  }
  console.log('done');
} else if (typeof workerData === 'string') inWorker(workerData);

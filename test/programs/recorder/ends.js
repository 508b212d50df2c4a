// node ends.js RECORDER HOW: leaves a recorder behind, in one of the ways in which a process ends without closing it.
import { Worker } from 'node:worker_threads';
import { StageProfiler } from '../../../dist/index.js';

const [path, how] = process.argv.slice(2);
if (how === 'worker terminated' || how === 'worker ends') {
  const worker = new Worker(
    `const { workerData, parentPort } = require('node:worker_threads');
    import(workerData.index).then(({ StageProfiler }) => {
      const profiler = new StageProfiler({ recorder: workerData.path });
      profiler.stage('done').end();
      profiler.stage('open');
      parentPort.postMessage('ready');
      if (workerData.how === 'worker terminated') for (;;) profiler.stage('busy').end();
    });`,
    { eval: true, workerData: { path, how, index: new URL('../../../dist/index.js', import.meta.url).href } },
  );
  worker.on('message', () => how === 'worker terminated' && worker.terminate());
} else {
  const profiler = new StageProfiler({ recorder: path });
  profiler.stage('done').end();
  profiler.stage('open');
  if (how === 'process.exit') process.exit(0);
  if (how === 'error') throw new Error('expected');
  if (how === 'abort') process.abort();
  if (how === 'SIGKILL') process.kill(process.pid, 'SIGKILL');
  if (how === 'SIGTERM') process.kill(process.pid, 'SIGTERM');
}

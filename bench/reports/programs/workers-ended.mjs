import { Worker } from 'node:worker_threads';
import { activeProfiler } from 'stageprof';

const code = `
  globalThis.data = Array.from({ length: 500000 }, (_, i) => ({ i }));
  require('node:worker_threads').parentPort.postMessage('done');
  setInterval(() => {}, 1000);`;
for (let i = 0; i < 6; i++) {
  await activeProfiler().stage('work', () =>
    Promise.all(
      Array.from({ length: 8 }, async () => {
        const worker = new Worker(code, { eval: true });
        await new Promise((resolve) => worker.once('message', resolve));
        await worker.terminate();
      }),
    ),
  );
}

import { Worker } from 'node:worker_threads';
import { activeProfiler } from 'stageprof';

for (let i = 0; i < 100; i++) {
  await activeProfiler().stage('start and end', async () => {
    const worker = new Worker('const x = 3', { eval: true });
    await new Promise((resolve) => worker.once('online', resolve));
    await worker.terminate();
  });
}

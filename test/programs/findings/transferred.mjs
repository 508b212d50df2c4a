// 200 MiB of ArrayBuffers are transferred to a worker thread, which keeps them.
import { Worker } from 'node:worker_threads';
import { activeProfiler } from 'stageprof';

const code = `
  const { parentPort } = require('node:worker_threads');
  globalThis.kept = [];
  parentPort.on('message', (buffer) => parentPort.postMessage(kept.push(buffer)));`;
const worker = new Worker(code, { eval: true });
for (let i = 0; i < 20; i++) {
  await activeProfiler().stage('hand over', () => {
    const { buffer } = new Uint8Array(10 << 20).fill(1);
    worker.postMessage(buffer, [buffer]);
    return new Promise((resolve) => worker.once('message', resolve));
  });
}
process.exit(0);

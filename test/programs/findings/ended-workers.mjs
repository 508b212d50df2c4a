// Worker threads make 160 MiB of ArrayBuffers and 160 MiB of SharedArrayBuffers for the main thread, and end.
import { Worker } from 'node:worker_threads';
import { activeProfiler } from 'stageprof';

const code = `
  const { parentPort, workerData } = require('node:worker_threads');
  const memory = workerData === 'share' ? new SharedArrayBuffer(20 << 20) : new ArrayBuffer(20 << 20);
  new Uint8Array(memory).fill(1);
  parentPort.postMessage(memory, workerData === 'share' ? [] : [memory]);
  setInterval(() => {}, 1000);`;
globalThis.kept = [];
for (let i = 0; i < 8; i++) {
  for (const how of ['share', 'transfer']) {
    await activeProfiler().stage(how, async () => {
      const worker = new Worker(code, { eval: true, workerData: how });
      globalThis.kept.push(await new Promise((resolve) => worker.once('message', resolve)));
      await worker.terminate();
    });
  }
}
process.exit(0);

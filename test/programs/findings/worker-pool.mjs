// Three worker threads keep some 60 MiB of JS objects each.
import { Worker } from 'node:worker_threads';
import { activeProfiler } from 'stageprof';

const code = `
  globalThis.kept = Array.from({ length: 1200000 }, (_, i) => ({ i, next: null }));
  require('node:worker_threads').parentPort.postMessage('done');
  setInterval(() => {}, 1000);`;
await activeProfiler().stage('serve', () =>
  Promise.all(
    Array.from({ length: 3 }, () => new Promise((done) => new Worker(code, { eval: true }).once('message', done))),
  ),
);
process.exit(0);

// terminate.js CLIENT TIMES in-work|holding: runs workers one after another. With `in-work`, each is terminated later in
// its work than the last. With `holding`, each is terminated while it is busy and holds the result.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

const [client, times, when] = process.argv.slice(2);
const url = JSON.stringify(new URL(`./${client}.js`, import.meta.url).href);
const source = {
  'in-work': `({ work }) => { ready(); return (async () => { for (;;) await work(); })(); }`,
  holding: `async ({ work }) => { globalThis.held = await work(); ready(); for (;;); }`,
}[when];
for (let turn = 0; turn < Number(times); turn += 1) {
  const ready = `const ready = () => require('node:worker_threads').parentPort.postMessage('');`;
  const worker = new Worker(`${ready} import(${url}).then(${source});`, { eval: true });
  await once(worker, 'message');
  await new Promise((resolve) => setTimeout(resolve, turn * 7));
  await worker.terminate();
}
console.log('ended');

// Keeps objects or buffers in a thread of its own, or sends buffers to the main thread. Sends one message when it is done.
import { parentPort, workerData } from 'node:worker_threads';
import { objects } from './memory.mjs';

const KIB = 1024;
const { kind, kib, chunkKib = 1024 } = workerData;

const sizes = [];
for (let left = kib; left > 0; left -= chunkKib) sizes.push(Math.min(left, chunkKib) * KIB);
const buffer = (bytes) => new Uint8Array(bytes).fill(1).buffer;

globalThis.kept = kind === 'send' ? [] : sizes.map(kind === 'objects' ? objects : buffer);
if (kind === 'send') {
  const sent = sizes.map(buffer);
  parentPort.postMessage(sent, sent);
} else {
  parentPort.postMessage('done');
}
setInterval(() => {}, 1000);

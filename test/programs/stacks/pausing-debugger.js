/** A debugger in a worker thread, which pauses the main thread for a second. */
import { Session } from 'node:inspector';
import { setTimeout as delay } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';

const session = new Session();
session.connectToMainThread();
// It stays until the program ends. Where this thread ends as soon as it has resumed the other one, Node itself aborts in 3
// to 8 of 10 runs, with stacks or without (Node 20, 22 and 24: MainThreadInterface::Post throws bad_weak_ptr).
setInterval(() => {}, 1000);
session.on('Debugger.paused', async () => {
  await delay(1000);
  session.post('Debugger.resume', () => parentPort.postMessage('paused and resumed'));
});
session.post('Debugger.enable', () => {
  parentPort.postMessage('ready');
  setTimeout(() => session.post('Debugger.pause'), 300);
});

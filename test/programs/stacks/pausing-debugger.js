/** A debugger in a worker thread, which pauses the main thread for a second. */
import { Session } from 'node:inspector';
import { setTimeout as delay } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';

const session = new Session();
session.connectToMainThread();
// It stays until the program ends: Node 20 may abort where a session leaves in the moment in which its pause ends.
setInterval(() => {}, 1000);
session.on('Debugger.paused', async () => {
  await delay(1000);
  session.post('Debugger.resume', () => parentPort.postMessage('paused and resumed'));
});
session.post('Debugger.enable', () => {
  parentPort.postMessage('ready');
  setTimeout(() => session.post('Debugger.pause'), 300);
});

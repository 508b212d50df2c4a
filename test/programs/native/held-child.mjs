// Starts itself as a child that is to end with it, or not: [parentPid] [which parent it is held to].
// The child says whether it is held, loops without coming back to the event loop, and says if it outlived that.
import { fork } from 'node:child_process';
import { writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { endWithParent } from '../../../dist/native/parent-death.js';

const LOOP_MS = 5_000;
const [kind, parentPid] = process.argv.slice(2);

const say = (text) => writeSync(1, `${text}\n`);
const loopWhile = (goesOn) => {
  const end = performance.now() + LOOP_MS;
  while (performance.now() < end && goesOn());
};

if (parentPid === undefined) {
  const child = fork(fileURLToPath(import.meta.url), [kind, process.pid], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  if (kind === 'late') child.once('message', () => process.exit());
} else if (kind === 'late') {
  process.send('started');
  loopWhile(() => process.ppid === Number(parentPid));
  say(endWithParent(Number(parentPid)));
} else {
  say(endWithParent(kind === 'other' ? process.pid : Number(parentPid)));
  const parent = process.ppid;
  // One that is not held leaves soon after.
  loopWhile(() => kind === 'held' || process.ppid === parent);
  say('outlived its parent');
}

// held-child.mjs held|other|late [parentPid]: without parentPid, starts itself as a child that may be bound to end with it.
// The child says whether it is bound, loops without returning to the event loop, and says when it outlived its parent.
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
  // A child that is not bound leaves the loop as soon as its parent has ended.
  loopWhile(() => kind === 'held' || process.ppid === parent);
  say('outlived its parent');
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, onTestFinished, test } from 'vitest';
import { builtModule, runModule } from '../support/workloads.js';

const PROGRAM = join(import.meta.dirname, '../programs/native/held-child.mjs');
const MODULE = JSON.stringify(builtModule('native/parent-death.js'));

/** What the child has said when it and its parent have ended; the parent is killed at the child's first line. */
async function childOf(kind: 'held' | 'other' | 'late'): Promise<string[]> {
  const parent = spawn(process.execPath, [PROGRAM, kind], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void parent.kill('SIGKILL'));
  let said = '';
  parent.stdout.setEncoding('utf8').on('data', (text) => {
    said += text;
    parent.kill('SIGKILL');
  });
  // The child holds the other end of the same pipe, so it has ended too.
  await once(parent, 'close');
  return said.trim().split('\n');
}

describe.runIf(process.platform === 'linux')('a child that is to end with its parent', () => {
  test('ends when the parent is killed, though it never returns to the event loop', async () => {
    expect(await childOf('held')).toEqual(['true']);
  });

  test('is told that the parent had ended before', async () => {
    expect(await childOf('late')).toEqual(['false']);
  });

  test('outlives its parent where that is not the one it named', async () => {
    expect(await childOf('other')).toEqual(['false', 'outlived its parent']);
  });

  test('is not held by a request of a worker, with which it would go', async () => {
    const source = `
      import(${MODULE}).then(({ endWithParent }) => {
        require('node:worker_threads').parentPort.postMessage(endWithParent(${process.ppid}));
      });
    `;
    expect(await once(new Worker(source, { eval: true, execArgv: [] }), 'message')).toEqual([false]);
  });
});

test('without the addon nothing is held to its parent', () => {
  const { stdout, stderr } = runModule(
    `import { endWithParent } from ${MODULE}; console.log(endWithParent(process.ppid));`,
    { STAGEPROF_NO_ADDON: '1' },
  );
  expect(stderr).toBe('');
  expect(stdout).toBe('false\n');
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, onTestFinished, test } from 'vitest';
import { builtModule, runModule } from '../support/workloads.js';

const PROGRAM = join(import.meta.dirname, '../programs/native/held-child.mjs');
const MODULE = JSON.stringify(builtModule('native/parent-death.js'));

/** All that the child printed until it and its parent ended. The parent is killed at the child's first line. */
async function childOf(kind: 'held' | 'other' | 'late'): Promise<string[]> {
  const parent = spawn(process.execPath, [PROGRAM, kind], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void parent.kill('SIGKILL'));
  let said = '';
  parent.stdout.setEncoding('utf8').on('data', (text) => {
    said += text;
    parent.kill('SIGKILL');
  });
  // The child holds the same end of the pipe as its parent, so it has ended too.
  await once(parent, 'close');
  return said.trim().split('\n');
}

describe.runIf(process.platform === 'linux')('a child that is to end with its parent', () => {
  test('ends when the parent is killed, though it never returns to the event loop', async () => {
    expect(await childOf('held')).toEqual(['true']);
  });

  test('is told when the parent has already ended', async () => {
    expect(await childOf('late')).toEqual(['false']);
  });

  test('outlives its parent when it named another process', async () => {
    expect(await childOf('other')).toEqual(['false', 'outlived its parent']);
  });

  test('is not bound by the request of a worker, because the end of that worker would end it too', async () => {
    const source = `
      import(${MODULE}).then(({ endWithParent }) => {
        require('node:worker_threads').parentPort.postMessage(endWithParent(${process.ppid}));
      });
    `;
    expect(await once(new Worker(source, { eval: true, execArgv: [] }), 'message')).toEqual([false]);
  });
});

test('without the addon a child is not bound to its parent', () => {
  const { stdout, stderr } = runModule(
    `import { endWithParent } from ${MODULE}; console.log(endWithParent(process.ppid));`,
    { STAGEPROF_NO_ADDON: '1' },
  );
  expect(stderr).toBe('');
  expect(stdout).toBe('false\n');
});

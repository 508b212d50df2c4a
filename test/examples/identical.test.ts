import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import flows from '../../examples/flows/flows.js';
import { nullProfiler } from '../../src/profiler/null-profiler.js';
import { StageProfiler } from '../../src/profiler/stage-profiler.js';
import { packageDirectory } from '../support/installed.js';

const DIRECTORIES = ['sharp', 'yauzl', 'acorn', 'commander', 'node-gyp-build', 'tar-stream', 'pend', 'ajv'];

let folder: string;
let archive: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'identical-'));
  archive = join(folder, 'commander.tgz');
  const directory = packageDirectory('commander');
  execFileSync('tar', ['-czf', archive, '-C', dirname(directory), 'commander']);
});
afterAll(() => rmSync(folder, { recursive: true }));

test('profiled and unprofiled runs of the example give identical records', async () => {
  const inputs = [...DIRECTORIES.map(packageDirectory), archive];
  for (const input of inputs) {
    const profiler = new StageProfiler({ rssPeak: 'reset' });
    const profiled = await flows(input, { profiler });
    const unprofiled = await flows(input, { profiler: nullProfiler });
    expect(JSON.stringify(profiled)).toBe(JSON.stringify(unprofiled));
    // Otherwise nothing was compared.
    expect(profiler.report().stages.find(({ stage }) => stage === 'extract')?.calls).toBe(profiled.files);
    profiler.close();
  }
});

test('a failing input fails in the same way', async () => {
  const profiler = new StageProfiler();
  const missing = join(folder, 'missing.tgz');
  const profiled = await flows(missing, { profiler }).catch(String);
  expect(profiled).toContain('missing.tgz');
  expect(await flows(missing).catch(String)).toBe(profiled);
  expect(profiler.report().stages).toMatchObject([{ stage: 'read', calls: 1, errors: 1 }]);
  profiler.close();
});

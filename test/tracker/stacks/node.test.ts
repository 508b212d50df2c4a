import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { Programs, TRACKER } from '../../support/compiled-programs.js';
import { root } from '../../support/node-lines.js';

const programs = new Programs();
afterAll(() => programs[Symbol.dispose]());

const RATE = 64 * 1024;

// libvips has no unwind tables for most of its code, V8 none at all; snappy is Rust.
test.runIf(process.arch === 'x64').each([
  ['sharp', 'answers'],
  ['sharp', 'does not answer'],
  ['snappy', 'answers'],
  ['snappy', 'does not answer'],
])(
  'stacks of %s reach the start of their thread, with few guesses, where the loader %s',
  (work, loader) => {
    const summary = programs.compile('stacks/summary.c', 'summary.so');
    const old = programs.compile('old_loader.c', 'old_loader.so');
    const url = pathToFileURL(join(root, 'test', 'programs', 'tracker', `${work}.js`)).href;
    const env = {
      ...process.env,
      LD_PRELOAD: [TRACKER, summary, ...(loader === 'answers' ? [] : [old])].join(':'),
      STAGEPROF_TRACK_MODULES: '1',
      STAGEPROF_TRACK_LIVE: `${RATE}`,
      STAGEPROF_TRACK_STACKS: '1',
    };
    const args = ['--input-type=module', '-e', `const { work } = await import(${JSON.stringify(url)}); await work();`];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', env, timeout: 120_000 });
    expect(status).toBe(0);
    const { sites, whole, frames, guesses } = JSON.parse(stderr);
    expect(sites).toBeGreaterThan(100);
    expect(whole / sites).toBeGreaterThan(0.98);
    expect(guesses / frames).toBeLessThan(0.01);
  },
  150_000,
);

// A node process that does nothing. Programs start many of these, so `stageprof run` must not slow them down.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTracker } from '../../dist/native/tracker-file.js';
import { childEnvironment } from '../../dist/preload/child-environment.js';

/**
 * @param {object} options
 * @param {'nothing' | 'module' | 'module and tracker' | 'program' | 'profiler'} options.loads
 */
export function open({ loads }) {
  const env = environmentOf(loads);
  return {
    run(iterations) {
      for (let i = 0; i < iterations; i++) {
        const { status } = spawnSync(process.execPath, ['-e', ''], { env, stdio: 'ignore' });
        if (status !== 0) throw new Error(`the process exited with ${status}`);
      }
    },
  };
}

function environmentOf(loads) {
  if (loads === 'nothing') return process.env;
  if (loads === 'profiler') {
    const register = new URL('../../dist/register.js', import.meta.url).href;
    return { ...process.env, NODE_OPTIONS: `--import=${register}`, STAGEPROF_OUT: '/dev/null' };
  }
  const folder = mkdtempSync(join(tmpdir(), 'stageprof-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return childEnvironment(process.env, {
    tracker: loads === 'module and tracker' ? findTracker().path : null,
    modules: true,
    // A process whose parent has this pid is the program itself.
    run: { folder, runPid: loads === 'program' ? process.pid : 0, profiler: {} },
  });
}

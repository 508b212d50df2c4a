import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Programs, TRACKER } from './compiled-programs.js';

/**
 * Each file that a program has loaded has one name, also where the program and its plugin are started and loaded by a path
 * with a link in it.
 */
export function expectOneNameEach(programs: Programs, behind: readonly string[] = []): void {
  programs.compile('module_names.c');
  programs.compile('c_plugin.c', 'c_plugin.so');
  const link = join(programs.folder, 'link');
  if (!existsSync(link)) {
    symlinkSync('.', link);
  }
  const { stdout, stderr } = spawnSync(join(link, 'module_names'), [join(link, 'c_plugin.so')], {
    encoding: 'utf8',
    cwd: programs.folder,
    env: { ...process.env, LD_PRELOAD: [TRACKER, ...behind].join(':'), STAGEPROF_TRACK_MODULES: '1' },
  });
  expect(stderr).toBe('');
  // The kernel's own code has no file.
  const files = stdout.split('\n').filter((name) => name.startsWith('/'));
  expect(files.filter((name) => name.endsWith('/module_names'))).toHaveLength(1);
  expect(files.filter((name) => name.endsWith('/c_plugin.so'))).toHaveLength(1);
  const real = files.map((name) => realpathSync(name));
  expect(new Set(real).size).toBe(real.length);
}

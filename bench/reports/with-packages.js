// Runs programs under the profiler with real packages, which npm installs into a temporary folder without their scripts.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Calls `use` with a folder that has the packages and the program as `program.mjs`. The folder is removed afterwards.
 *
 * @param {{ packages: readonly string[], program: URL }} what
 * @returns {{ failed: string } | { result: any }} why the packages are not there, or what `use` returned
 */
export function withPackages({ packages, program }, use) {
  const folder = mkdtempSync(join(tmpdir(), 'stageprof-report-'));
  try {
    mkdirSync(join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
    if (packages.length > 0) {
      const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
      const { status, stderr } = spawnSync('npm', ['install', ...flags, ...packages], {
        cwd: folder,
        encoding: 'utf8',
      });
      if (status !== 0) return { failed: `npm: ${stderr.split('\n')[0]}` };
    }
    symlinkSync(root, join(folder, 'node_modules', 'stageprof'));
    cpSync(program, join(folder, 'program.mjs'));
    return { result: use(folder) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs `program.mjs` of the folder under `stageprof run`, which writes `report.json` there. */
export function runProfiled(folder, { flags = [], args = [], limitMs = 120_000 } = {}) {
  const command = [join(root, 'dist', 'cli', 'main.js'), 'run', ...flags, '--out', 'report.json', '--'];
  return spawnSync(process.execPath, [...command, process.execPath, 'program.mjs', ...args], {
    cwd: folder,
    encoding: 'utf8',
    timeout: limitMs,
  });
}

/** The reason why a program has no result; null where it has one. */
export function failureOf({ status, stderr }) {
  return status === 0 ? null : `ended with ${status}: ${stderr.trim().split('\n').at(-1)}`;
}

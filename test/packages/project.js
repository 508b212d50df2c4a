// A project in a temporary folder that has this package as its users have it: from the tarball.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/**
 * Packs the built package into a folder.
 * @returns {string} the tarball
 */
export function packInto(folder) {
  const args = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  return join(folder, execFileSync('npm', args, { cwd: root, encoding: 'utf8' }).trim());
}

export class Project {
  folder = mkdtempSync(join(tmpdir(), 'stageprof-project-'));

  constructor(name = 'project') {
    this.write('package.json', JSON.stringify({ name, private: true, type: 'module' }));
  }

  /** Unpacks the tarball and copies what it depends on: an install without a registry. */
  unpack() {
    const installed = join(this.folder, 'node_modules', 'stageprof');
    mkdirSync(installed, { recursive: true });
    execFileSync('tar', ['-xzf', packInto(this.folder), '-C', installed, '--strip-components=1']);
    this.copy(...Object.keys(manifest.dependencies));
    return this;
  }

  /** Copies packages of this repository, with all that they depend on. */
  copy(...names) {
    for (const name of names) {
      const from = join(root, 'node_modules', name);
      cpSync(from, join(this.folder, 'node_modules', name), { recursive: true });
      const { dependencies = {} } = JSON.parse(readFileSync(join(from, 'package.json'), 'utf8'));
      this.copy(...Object.keys(dependencies));
    }
    return this;
  }

  write(name, text) {
    const path = join(this.folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  /** Runs a program that must end with 0, in the folder; returns what it printed to stdout. */
  run(program, ...args) {
    return execFileSync(program, args, { cwd: this.folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

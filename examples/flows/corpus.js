#!/usr/bin/env node
// @ts-check
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The packages installed in a `node_modules` folder, scoped ones included, sorted by path.
 *
 * @param {string} root
 * @returns {string[]} their directories; a folder without package.json, such as `.bin`, is no package
 */
export function packageDirectories(root) {
  return foldersOf(root)
    .flatMap((name) => (name.startsWith('@') ? foldersOf(join(root, name)).map((child) => join(name, child)) : [name]))
    .map((name) => join(root, name))
    .filter((path) => existsSync(join(path, 'package.json')))
    .sort();
}

/** @param {string} path */
function foldersOf(path) {
  return readdirSync(path, { withFileTypes: true })
    .filter((child) => child.isDirectory())
    .map((child) => child.name);
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [root = 'node_modules'] = process.argv.slice(2);
  for (const path of packageDirectories(root)) console.log(path);
}

// What a host needs from the machine. Each function returns why the machine does not have it, or undefined.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const succeeds = (command, ...args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

const known = new Map();

function once(name, find) {
  if (!known.has(name)) known.set(name, find());
  return known.get(name);
}

const unshares =
  (...flags) =>
  () =>
    succeeds('unshare', ...flags, 'true') ? undefined : `unshare ${flags.join(' ')} is refused`;

const exists = (path, remedy) => () => (existsSync(path) ? undefined : `no ${path}: ${remedy}`);

const JEMALLOC = '/usr/lib/x86_64-linux-gnu/libjemalloc.so.2';

const NEEDS = {
  root: () => (process.getuid() === 0 ? undefined : 'not root'),
  mounts: unshares('-m'),
  pids: unshares('-p', '-f'),
  users: unshares('-U', '-r'),
  network: unshares('-n'),
  proc: exists('/proc/self/fd', 'not Linux'),
  shm: exists('/dev/shm', 'not Linux'),
  compiler: () => (succeeds('cc', '--version') ? undefined : 'no C compiler'),
  jemalloc: exists(JEMALLOC, 'install libjemalloc2'),
  setpriv: () => (succeeds('setpriv', '--version') ? undefined : 'no setpriv'),
};

/** @returns {string | undefined} why a host cannot run here */
export function missingFor({ needs = [] }) {
  return needs.map((name) => once(name, NEEDS[name])).find((reason) => reason !== undefined);
}

/** Kept from one run to the next, since the packages take hundreds of megabytes. */
export const cacheFolder = join(tmpdir(), `stageprof-hosts-${userInfo().uid}`);

/**
 * Installs npm packages into a folder of their own.
 * @returns {{ folder: string } | { missing: string }}
 */
export function packagesFolder(packages) {
  const key = createHash('sha1').update(packages.join(' ')).digest('hex').slice(0, 8);
  const name = packages.map((text) => text.replace(/^@/, '').replace(/[/@].*/, '')).join('-');
  const folder = join(cacheFolder, `${name.slice(0, 40)}-${key}`);
  const missing = once(folder, () => install(packages, folder));
  return missing === undefined ? { folder } : { missing };
}

function install(packages, folder) {
  const done = join(folder, 'installed');
  if (existsSync(done)) return undefined;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const flags = ['--no-audit', '--no-fund', '--loglevel=error', '--prefix', folder];
  const { status, stderr } = spawnSync('npm', ['install', ...flags, ...packages], { cwd: folder, encoding: 'utf8' });
  if (status !== 0) return `npm install ${packages.join(' ')}: ${stderr.trim().split('\n')[0]}`;
  writeFileSync(done, '');
  return undefined;
}

/** Compiles a program of programs/ into a folder, and returns its path. */
export function compiled(name, folder) {
  const path = join(folder, name);
  if (existsSync(path)) return path;
  const source = fileURLToPath(new URL(`../programs/hosts/${name}.c`, import.meta.url));
  const { status, stderr } = spawnSync('cc', ['-O1', '-Wall', '-o', path, source], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`cc ${source}: ${stderr}`);
  return path;
}

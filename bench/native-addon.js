import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('native/', import.meta.url));
const binary = join(folder, 'build', 'Release', 'bench.node');

/** Builds the benchmarks' own addon if it is missing or older than its sources. */
export function buildNativeAddon() {
  if (existsSync(binary) && modifiedMs(binary) >= newestSourceMs()) return;
  process.stderr.write('building bench/native\n');
  // Started through npx, so that npm's configuration (nodedir, proxies) reaches node-gyp.
  const { status, stdout, stderr } = spawnSync('npx', ['--no-install', 'node-gyp', 'rebuild', '-C', folder], {
    encoding: 'utf8',
  });
  if (status === 0) return;
  throw new Error(`bench/native does not build:\n${stdout ?? ''}${stderr ?? ''}`);
}

/**
 * @returns {{
 *   caliperOpen(path: string): void,
 *   caliperBegin(label: string): void,
 *   caliperEnd(label: string): void,
 *   floorRun(stages: number, mallinfo2Use: number): number,
 *   floorRead(): void,
 *   idleThreadsStart(count: number): void,
 *   freeChunksMake(count: number): number,
 *   mappingsMake(count: number): number,
 *   wakingThreadStart(): void,
 *   mallocLoopRun(pairs: number, leastBytes: number, mostBytes: number, threads: number): void,
 * }}
 */
export function loadNativeAddon() {
  return createRequire(import.meta.url)(binary);
}

function newestSourceMs() {
  const sources = readdirSync(folder).filter((name) => /\.(cc|h|gyp)$/.test(name));
  return Math.max(...sources.map((name) => modifiedMs(join(folder, name))));
}

function modifiedMs(path) {
  return statSync(path).mtimeMs;
}

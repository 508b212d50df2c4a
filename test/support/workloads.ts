import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';
import { spawnSync } from 'node:child_process';
import { pbkdf2 } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export const KIB = 1024;
export const MIB = 1024 * KIB;

/** The URL of the built package, which child processes and workers import. */
export const PACKAGE = new URL('../../dist/index.js', pathToFileURL(import.meta.filename)).href;

/** The URL of any of its modules. */
export function builtModule(path: string): string {
  return new URL(path, PACKAGE).href;
}

let gc: (() => void) | null = null;

/** Forces a full collection of this thread's JS heap. */
export function collectGarbage(): void {
  if (gc === null) {
    setFlagsFromString('--expose-gc');
    gc = runInNewContext('gc') as () => void;
  }
  gc();
}

/** Keeps this thread busy for a time on its own CPU clock. */
export function burn(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end) Math.sqrt(end);
}

/** Keeps threads of libuv's pool busy; the calling thread only waits. */
export async function burnPool(jobs: number, iterations: number): Promise<void> {
  const derive = promisify(pbkdf2);
  await Promise.all(Array.from({ length: jobs }, () => derive('password', 'salt', iterations, 64, 'sha512')));
}

/** Makes short-lived objects for the young generation. Some of them live long enough to be moved. */
export function makeGarbage(objects: number): number {
  let kept: object[] = [];
  let sum = 0;
  for (let i = 0; i < objects; i++) {
    kept.push({ i, text: `${i}` });
    if (kept.length === 20_000) {
      sum += kept.length;
      kept = [];
    }
  }
  return sum;
}

/** An array of small numbers that takes about so many bytes of the JS heap. */
export function heapArray(bytes: number): number[] {
  return new Array<number>(Math.round(bytes / 8)).fill(7);
}

export interface ChildResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a module in a child process of this node. Top-level await and static imports of `PACKAGE` work. */
export function runModule(source: string, env: NodeJS.ProcessEnv = {}, flags: readonly string[] = []): ChildResult {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [...flags, '--input-type=module', '--eval', source],
    { encoding: 'utf8', env: { ...process.env, ...env }, timeout: 110_000 },
  );
  return { code: status, signal, stdout, stderr };
}

/**
 * Runs functions in the async context that is current now, as if a callback registered here called them. Each run
 * has a resource of its own: on Node 20 and 22 a store set while a snapshot runs would stay on the snapshot.
 */
export function asyncContextHere(): <T>(fn: () => T) => T {
  const snapshot = AsyncLocalStorage.snapshot();
  return (fn) => snapshot(() => new AsyncResource('test').runInAsyncScope(fn));
}

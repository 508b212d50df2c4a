// What the process of a trial is started under.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {'tracker' | 'tracker by module' | 'tracker with stacks' | 'tracker with CPU stacks' | 'heaptrack' | 'run' | 'Caliper'} Under undefined means nothing */

/** The file descriptor to which a trial writes its results, because heaptrack prints to stdout. */
export const RESULT_FD = 3;
/** Names the file to which a trial writes its results instead, because `stageprof run` passes no other descriptors on. */
export const RESULT_FILE = 'STAGEPROF_BENCH_RESULT';

/** Names the library of Caliper, which is built from source. */
export const CALIPER_LIBRARY = 'STAGEPROF_BENCH_CALIPER';

const command = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const tracker = fileURLToPath(new URL('../build/Release/libstageprof_tracker.so', import.meta.url));
const BY_MODULE = { LD_PRELOAD: tracker, STAGEPROF_TRACK_MODULES: '1', STAGEPROF_TRACK_LIVE: '524288' };
let heaptrackHelp;

/**
 * @param {Under | undefined} under
 * @returns {string | undefined} the reason, if nothing can be started under it here
 */
export function whyNotUnder(under) {
  if (under === 'heaptrack' && readHeaptrackHelp() === undefined) return 'heaptrack is not installed';
  if (under === 'Caliper' && !process.env[CALIPER_LIBRARY]) return `${CALIPER_LIBRARY} names no library`;
  return undefined;
}

/**
 * @param {Under | undefined} under
 * @param {readonly string[]} nodeArguments
 * @returns {{ command: string, args: string[], env: NodeJS.ProcessEnv, resultFile?: string, clean(): void }}
 * `clean` removes what was recorded; call it after the process has ended
 */
export function launchOf(under, nodeArguments) {
  // Settings for node or stageprof in the caller's environment must not influence the result.
  const { NODE_OPTIONS, STAGEPROF_NO_ADDON, STAGEPROF_TRACK_MODULES, STAGEPROF_TRACK_LIVE, LD_PRELOAD, ...env } =
    process.env;
  const plain = { command: process.execPath, args: [...nodeArguments], env, clean() {} };
  switch (under) {
    case undefined:
      return plain;
    case 'tracker':
      return { ...plain, env: { ...env, LD_PRELOAD: tracker } };
    // As under stageprof run: with the sample of live blocks.
    case 'tracker by module':
      return { ...plain, env: { ...env, ...BY_MODULE } };
    case 'tracker with stacks':
      return { ...plain, env: { ...env, ...BY_MODULE, STAGEPROF_TRACK_STACKS: '1' } };
    case 'tracker with CPU stacks':
      return { ...plain, env: { ...env, ...BY_MODULE, STAGEPROF_TRACK_STACKS: 'cpu' } };
    case 'run':
      return underRun(plain);
    // The contender loads the library; its settings are in the environment.
    case 'Caliper':
      return plain;
    case 'heaptrack':
      return underHeaptrack(plain);
    default:
      throw new Error(`no trial can be started under "${under}"`);
  }
}

function underRun({ command: node, args, env }) {
  const folder = mkdtempSync(join(tmpdir(), 'stageprof-bench-'));
  const resultFile = join(folder, 'result.json');
  return {
    command: node,
    args: [command, 'run', '--out', join(folder, 'report.json'), '--', node, ...args],
    env: { ...env, [RESULT_FILE]: resultFile },
    resultFile,
    clean() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function underHeaptrack({ command, args, env }) {
  const folder = mkdtempSync(join(tmpdir(), 'stageprof-bench-'));
  // An older heaptrack does not know the flag. It only records if its window is not installed.
  const recordOnly = readHeaptrackHelp().includes('--record-only') ? ['--record-only'] : [];
  return {
    command: 'heaptrack',
    args: [...recordOnly, '-o', join(folder, 'recorded'), command, ...args],
    env,
    clean() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function readHeaptrackHelp() {
  heaptrackHelp ??= spawnSync('heaptrack', ['--help'], { encoding: 'utf8' });
  return heaptrackHelp.error === undefined ? heaptrackHelp.stdout : undefined;
}

import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TRACKER_NAME } from '../native/tracker-file.js';
import { RUN_VARIABLE, type RunVariable } from './run-variable.js';

/** What the tracker does besides counting. */
export interface Tracking {
  /** Whether it charges what it counts to modules. */
  readonly modules: boolean;
  /** Which stacks it takes, all of which need modules: of CPU alone, or of its sample of blocks too. */
  readonly stacks: 'none' | 'cpu' | 'native';
  /** Bytes between two points of the sample, on average; undefined for the usual rate. */
  readonly rate?: number | undefined;
}

export interface TrackerPreload extends Tracking {
  /** The tracker's library, by a path that is possible in LD_PRELOAD; null for no tracker. */
  readonly tracker: string | null;
}

export interface Preloads extends TrackerPreload {
  readonly run: RunVariable;
}

/** The usual rate. It costs sharp less than 1 %. */
const LIVE_RATE = 512 * 1024;

/** The module that every node process of a program loads first. */
export const PRELOAD = fileURLToPath(new URL('./preload.cjs', import.meta.url));

/** The folder of this package. */
export const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** The environment of a program: that of this process, with the profiler added after what it loads already. */
export function childEnvironment(env: NodeJS.ProcessEnv, { run, ...preload }: Preloads): NodeJS.ProcessEnv {
  return {
    ...trackedEnvironment(env, preload),
    NODE_OPTIONS: withRequire(env.NODE_OPTIONS, PRELOAD),
    [RUN_VARIABLE]: JSON.stringify(run),
  };
}

/** The environment of this process, with the tracker before what it preloads already. */
export function trackedEnvironment(
  env: NodeJS.ProcessEnv,
  { tracker, modules, stacks, rate = LIVE_RATE }: TrackerPreload,
): NodeJS.ProcessEnv {
  if (tracker === null) return { ...env };
  const needsModules = modules || stacks !== 'none';
  return {
    ...env,
    LD_PRELOAD: withLibrary(env.LD_PRELOAD, tracker),
    STAGEPROF_TRACK_MODULES: needsModules ? '1' : '0',
    STAGEPROF_TRACK_LIVE: needsModules ? `${rate}` : '0',
    STAGEPROF_TRACK_STACKS: { none: '0', cpu: 'cpu', native: '1' }[stacks],
  };
}

/**
 * Node splits NODE_OPTIONS at spaces. Quotes keep spaces, and within quotes a backslash keeps the next character. In a
 * run within a run the flag is inherited, and not added again.
 */
export function withRequire(options: string | undefined, path: string): string {
  const quoted = /["\\ ]/.test(path) ? `"${path.replace(/["\\]/g, '\\$&')}"` : path;
  const flag = `--require=${quoted}`;
  if (options === undefined || options.trim() === '') return flag;
  return ` ${options} `.includes(` ${flag} `) ? options : `${options} ${flag}`;
}

/**
 * The tracker comes first of all libraries: it counts what it passes on to the allocator after it. In a run within a
 * run it is inherited, and not added again.
 */
export function withLibrary(libraries: string | undefined, tracker: string): string {
  // ld.so splits the variable in the same way.
  const there = (libraries ?? '').split(/[ :]+/).filter((path) => path !== '');
  if (there.some((path) => basename(path) === TRACKER_NAME)) return there.join(':');
  return [tracker, ...there].join(':');
}

import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TRACKER_NAME } from '../native/tracker-file.js';
import { RUN_VARIABLE, type RunVariable } from './run-variable.js';

export interface TrackerPreload {
  /** The tracker's library by a path that LD_PRELOAD can hold; null where none is to be loaded. */
  readonly tracker: string | null;
  /** Whether the tracker charges what it counts to modules. */
  readonly modules: boolean;
}

export interface Preloads extends TrackerPreload {
  readonly run: RunVariable;
}

/** What every node process of a program loads first. */
export const PRELOAD = fileURLToPath(new URL('./preload.cjs', import.meta.url));

/** The folder of this package. */
export const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** The environment of the program: that of this process, with what profiles it added behind what is there. */
export function childEnvironment(env: NodeJS.ProcessEnv, { run, ...preload }: Preloads): NodeJS.ProcessEnv {
  return {
    ...trackedEnvironment(env, preload),
    NODE_OPTIONS: withRequire(env.NODE_OPTIONS, PRELOAD),
    [RUN_VARIABLE]: JSON.stringify(run),
  };
}

/** The environment of this process, with the tracker before what is preloaded there. */
export function trackedEnvironment(env: NodeJS.ProcessEnv, { tracker, modules }: TrackerPreload): NodeJS.ProcessEnv {
  if (tracker === null) return { ...env };
  return {
    ...env,
    LD_PRELOAD: withLibrary(env.LD_PRELOAD, tracker),
    STAGEPROF_TRACK_MODULES: modules ? '1' : '0',
  };
}

/**
 * Node splits NODE_OPTIONS at spaces; quotes keep them, and within quotes a backslash keeps what follows it. There
 * already in a run within a run: NODE_OPTIONS is inherited.
 */
export function withRequire(options: string | undefined, path: string): string {
  const quoted = /["\\ ]/.test(path) ? `"${path.replace(/["\\]/g, '\\$&')}"` : path;
  const flag = `--require=${quoted}`;
  if (options === undefined || options.trim() === '') return flag;
  return ` ${options} `.includes(` ${flag} `) ? options : `${options} ${flag}`;
}

/**
 * First of all libraries: it counts what it hands on to the allocator behind it. Not a second time in a run within
 * a run.
 */
export function withLibrary(libraries: string | undefined, tracker: string): string {
  // As ld.so splits it.
  const there = (libraries ?? '').split(/[ :]+/).filter((path) => path !== '');
  if (there.some((path) => basename(path) === TRACKER_NAME)) return there.join(':');
  return [tracker, ...there].join(':');
}

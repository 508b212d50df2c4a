/**
 * What `stageprof run` has every node process of a program load first, by NODE_OPTIONS. It is CommonJS and imports
 * nothing. Loading the profiler doubles the time that a process takes which uses no stages (bench/questions/start.js),
 * and `--import` of any module has Node 20 load the program itself by another loader, which refuses files that the
 * first one takes.
 *
 * The profiler of the program itself is made before that starts; that of another process when it is asked for, by the
 * copy of this package that is asked. It leaves its numbers in a recorder, from which `run` makes the report when the
 * process has ended, however it ends: nothing is added to the program for it. Only where there can be no recorder does
 * the process write its report itself, at its exit. Nothing here may print, throw or change the exit code.
 *
 * What is needed of Node is taken here, before the program can put something else in its place.
 */
import fs = require('node:fs');
import path = require('node:path');
import workers = require('node:worker_threads');

import type { StageProfilerOptions } from '../model/options.js' with { 'resolution-mode': 'import' };
import type { Profiler } from '../model/profiler.js' with { 'resolution-mode': 'import' };
import type * as Active from '../profiler/active.js' with { 'resolution-mode': 'import' };
import type { ProfilerParts } from '../profiler/profiler-parts.js' with { 'resolution-mode': 'import' };
import type { StageProfiler } from '../profiler/stage-profiler.js' with { 'resolution-mode': 'import' };
import type { RunVariable } from './run-variable.js' with { 'resolution-mode': 'import' };

// The same as in src/profiler/active.ts, which cannot be loaded here.
const ACTIVE = Symbol.for('stageprof.activeProfiler');
const AWAITED = Symbol.for('stageprof.awaitedProfiler');

const { stringify, parse } = JSON;
const { closeSync, existsSync, openSync, renameSync, writeFileSync } = fs;
const { join } = path;
const on = process.on.bind(process);
const { pid, ppid } = process;
/** When this process was started, in milliseconds since 1970: with its id it tells it from every other. */
const startMs = Math.round(performance.timeOrigin);

type Registry = {
  [ACTIVE]?: Profiler;
  [AWAITED]?: (Constructor: ProfilerConstructor) => Profiler | undefined;
};
/** As the profiler itself is made; what is in the second argument is no option of a user's. */
type ProfilerConstructor = new (options: StageProfilerOptions, parts?: ProfilerParts) => StageProfiler;
const registry = globalThis as Registry;

/** Whether the program has begun without the profiler, and never asked for it. */
let isLate = false;
const LATE = 'begun when the program first waited (before it on Node 20.19, 22.13 and later): 1';

function prepare({ folders, runPid, profiler: options }: RunVariable): void {
  // The program itself, whose report is wanted even if it opens no stage: its memory, and the whole of its time.
  const isFirst = ppid === runPid;

  registry[AWAITED] = (Constructor) => {
    delete registry[AWAITED];
    const name = `${pid}-${startMs}`;
    try {
      const [folder, ...fallbacks] = folders as [string, ...string[]];
      // Fails where `run` has ended already or the process sees other files than `run`: nobody would read it.
      const recorder = { path: join(folder, `${name}.recorder`), keep: true, fallbacks };
      const leaveReport = () => leaveReportAtExit(profiler, name, folders);
      const parts = { remarks: isLate ? [LATE] : [], recorderLost: leaveReport };
      const profiler: StageProfiler = new Constructor({ ...options, recorder }, parts);
      registry[ACTIVE] = profiler;
      const isRecorded = folders.some((place) => isThere(join(place, `${name}.recorder`)));
      if (!isRecorded || options.threads === true) leaveReport();
      return profiler;
    } catch {
      return undefined;
    }
  };

  if (isFirst) askForProfiler();
}

/** Before the program starts, where this Node can; else beside it, from when the program first waits for something. */
function askForProfiler(): void {
  if (requiresModules()) {
    const before = new Set(Object.keys(require.cache));
    try {
      (require('../profiler/active.js') as typeof Active).activeProfiler();
      return;
    } catch {
      // As it would beside the program, then.
    } finally {
      // A program that looks through this cache, to load its modules anew, is not to find those of another.
      for (const path of Object.keys(require.cache)) if (!before.has(path)) delete require.cache[path];
    }
  }
  import('../profiler/active.js')
    .then(({ activeProfiler }) => {
      isLate = AWAITED in registry;
      activeProfiler();
    })
    .catch(() => {});
}

/** Whether `require` takes ES modules without a word: the first lines of Node that did so warned of it. */
function requiresModules(): boolean {
  // The flag is there since the warning is not.
  return process.features.require_module && process.allowedNodeEnvironmentFlags.has('--trace-require-module');
}

/** False where there is no room. An empty file in a folder before stands for no report: the one with a report counts. */
function isLeftIn(folder: string, name: string, text: string): boolean {
  try {
    const partFile = join(folder, `${name}.json.part`);
    writeFileSync(partFile, text, { flag: 'wx', mode: 0o600 });
    renameSync(partFile, join(folder, `${name}.json`));
    return true;
  } catch {
    return false;
  }
}

/** Under the permission model to ask is an error where to read is. */
function isThere(path: string): boolean {
  try {
    return existsSync(path);
  } catch {
    return false;
  }
}

/**
 * A file is there from now on: left empty, it says that the process was killed. Where there is no room for it, there may be
 * at the exit.
 */
function leaveReportAtExit(profiler: StageProfiler, name: string, folders: readonly string[]): void {
  try {
    closeSync(openSync(join(folders[0]!, `${name}.json`), 'wx', 0o600));
  } catch {}
  on('exit', () => {
    try {
      // All objects or arrays have been given a toJSON: the empty file tells.
      if (stringify([{}]) !== '[{}]') return;
      profiler.close();
      const text = stringify(profiler.report());
      folders.some((folder) => isLeftIn(folder, name, text));
    } catch {
      // The empty file tells.
    }
  });
}

function readVariable(): RunVariable | undefined {
  try {
    return parse(process.env.STAGEPROF_RUN ?? '') as RunVariable;
  } catch {
    return undefined;
  }
}

const variable = workers.isMainThread && !(ACTIVE in registry) && !(AWAITED in registry) ? readVariable() : undefined;
if (variable !== undefined) prepare(variable);

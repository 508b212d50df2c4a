/**
 * Loaded first in every node process of a program, by NODE_OPTIONS of `stageprof run`. It is CommonJS and imports
 * nothing: loading the profiler would double the time of a process without stages (bench/questions/start.js), and
 * with `--import` of any module Node 20 loads the program by another loader, which refuses some files.
 *
 * The profiler of the program itself is made before the program starts. In other processes it is made when the program
 * asks for it, by the copy of this package that it asks. It leaves its numbers in a recorder, from which `run` makes the
 * report however the process ends. Only where there can be no recorder does the process write its report itself, at its
 * exit. Worker threads make profilers of their own, see src/profiler/thread-profiler.ts: in these this file shows the
 * heap alone. Nothing here may print, throw or change the exit code.
 *
 * Functions of Node are taken at load, before the program can replace them.
 */
import fs = require('node:fs');
import path = require('node:path');
import v8 = require('node:v8');
import workers = require('node:worker_threads');

import type { StageProfilerOptions } from '../model/options.js' with { 'resolution-mode': 'import' };
import type { Profiler } from '../model/profiler.js' with { 'resolution-mode': 'import' };
import type { Binding } from '../native/addon.js' with { 'resolution-mode': 'import' };
import type * as Active from '../profiler/active.js' with { 'resolution-mode': 'import' };
import type { ProfilerParts } from '../profiler/profiler-parts.js' with { 'resolution-mode': 'import' };
import type { StageProfiler } from '../profiler/stage-profiler.js' with { 'resolution-mode': 'import' };
import type { ThreadsPlan } from '../profiler/thread-profiler.js' with { 'resolution-mode': 'import' };
import type { RunVariable } from './run-variable.js' with { 'resolution-mode': 'import' };

// The same symbols as in src/profiler/active.ts, which cannot be loaded here.
const ACTIVE = Symbol.for('stageprof.activeProfiler');
const AWAITED = Symbol.for('stageprof.awaitedProfiler');
// The same name as in src/profiler/thread-profiler.ts.
const THREADS = 'stageprof.threads';

const { stringify, parse } = JSON;
const { closeSync, existsSync, fstatSync, openSync, renameSync, writeFileSync } = fs;
const { join } = path;
const { getEnvironmentData, isMainThread, setEnvironmentData } = workers;
const { getHeapStatistics } = v8;
const on = process.on.bind(process);
const { pid, ppid } = process;
/** When this process was started, in milliseconds since 1970. Together with its id this tells it from every other. */
const startMs = Math.round(performance.timeOrigin);

type Registry = {
  [ACTIVE]?: Profiler;
  [AWAITED]?: (Constructor: ProfilerConstructor) => Profiler | undefined;
};
/** The constructor of the profiler. Its second argument is not for users. */
type ProfilerConstructor = new (options: StageProfilerOptions, parts?: ProfilerParts) => StageProfiler;
const registry = globalThis as Registry;

/** Whether the program began before its profiler was made. */
let isLate = false;
const LATE = 'begun when the program first waited (before it on Node 20.19, 22.13 and later): 1';

function prepare({ folders, runPid, profiler: options, addon }: RunVariable): void {
  // The program itself has a report even if it opens no stage: its memory, and all of its time.
  const isFirst = ppid === runPid;

  const name = `${pid}-${startMs}`;
  const threads: ThreadsPlan = { folders, name, profiler: options, addon };
  setEnvironmentData(THREADS, { ...threads });

  registry[AWAITED] = (Constructor) => {
    delete registry[AWAITED];
    try {
      const [folder, ...fallbacks] = folders as [string, ...string[]];
      // Fails where `run` has ended already, or the process sees other files than `run`: nobody would read it.
      const recorder = { path: join(folder, `${name}.recorder`), keep: true, fallbacks };
      const leaveReport = () => leaveReportAtExit(profiler, name, folders);
      const stacksFile = join(folder, `${name}.stacks`);
      const parts = { remarks: isLate ? [LATE] : [], recorderLost: leaveReport, stacksFile };
      const profiler: StageProfiler = new Constructor({ ...options, recorder }, parts);
      registry[ACTIVE] = profiler;
      const isRecorded = folders.some((candidate) => isThere(join(candidate, `${name}.recorder`)));
      if (!isRecorded || options.threads === true) leaveReport();
      return profiler;
    } catch {
      return undefined;
    }
  };

  if (isFirst) askForProfiler();
}

/** Makes the profiler before the program starts where this Node can, and otherwise when the program first waits. */
function askForProfiler(): void {
  if (requiresModules()) {
    const before = new Set(Object.keys(require.cache));
    try {
      (require('../profiler/active.js') as typeof Active).activeProfiler();
      return;
    } catch {
      // Then it is imported, as below.
    } finally {
      // A program that clears this cache, to load its modules again, must not find modules that are not its own.
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

/** Whether `require` takes ES modules without a warning, as it did not in the first versions that took them. */
function requiresModules(): boolean {
  // Versions with this flag do not warn.
  return process.features.require_module && process.allowedNodeEnvironmentFlags.has('--trace-require-module');
}

/** False where there is no room. An empty file in an earlier folder does not count beside a file with a report. */
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

/** Under the permission model it is an error to ask for a path that may not be read. */
function isThere(path: string): boolean {
  try {
    return existsSync(path);
  } catch {
    return false;
  }
}

/**
 * Makes a file now, and writes it at the exit: an empty file says that the process was killed. If there is no room for
 * the file now, there may be at the exit.
 */
function leaveReportAtExit(profiler: StageProfiler, name: string, folders: readonly string[]): void {
  try {
    closeSync(openSync(join(folders[0]!, `${name}.json`), 'wx', 0o600));
  } catch {}
  on('exit', () => {
    try {
      // All objects or arrays have been given a toJSON, and the report would be wrong: the file stays empty.
      if (stringify([{}]) !== '[{}]') return;
      profiler.close();
      const text = stringify(profiler.report());
      folders.some((folder) => isLeftIn(folder, name, text));
    } catch {
      // The file stays empty.
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

/**
 * Shows the heap of a worker thread to the profiler of the main thread, also where the thread never asks for a profiler
 * of its own. It costs some milliseconds; loading the profiler would cost a hundred.
 */
function showHeap(): void {
  try {
    const plan = getEnvironmentData(THREADS) as unknown as ThreadsPlan | undefined;
    if (typeof plan?.addon !== 'string') return;
    // Throws if a standard stream was closed: the file that memoryUsage opens would get its number.
    for (const stream of [0, 1, 2]) fstatSync(stream);
    const module = { exports: {} as Pick<Binding, 'heapWatch'> };
    process.dlopen(module, plan.addon);
    module.exports.heapWatch(getHeapStatistics, () => process.memoryUsage().arrayBuffers);
  } catch {
    // Its heap is then part of what nobody accounts for.
  }
}

if (!isMainThread) showHeap();
const variable = isMainThread && !(ACTIVE in registry) && !(AWAITED in registry) ? readVariable() : undefined;
if (variable !== undefined) prepare(variable);

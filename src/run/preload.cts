/**
 * What `stageprof run` has every node process of a program load first, by NODE_OPTIONS. It is CommonJS and imports
 * nothing. Loading the profiler doubles the time that a process takes which uses no stages (bench/questions/start.js),
 * and `--import` of any module has Node 20 load the program itself by another loader, which refuses files that the
 * first one takes.
 *
 * The profiler of the program itself is made before that starts; that of another process when it is asked for, by the
 * copy of this package that is asked. It writes to a file of its own when the process ends. Nothing here may print,
 * throw or change the exit code.
 */
import fs = require('node:fs');
import path = require('node:path');
import workers = require('node:worker_threads');

import type * as Active from '../active.js' with { 'resolution-mode': 'import' };
import type { StageProfiler } from '../stage-profiler.js' with { 'resolution-mode': 'import' };
import type { Profiler } from '../types.js' with { 'resolution-mode': 'import' };
import type { RunVariable } from './run-variable.js' with { 'resolution-mode': 'import' };

// The same as in src/active.ts, which cannot be loaded here.
const ACTIVE = Symbol.for('stageprof.activeProfiler');
const AWAITED = Symbol.for('stageprof.awaitedProfiler');

// As long as it is JSON's own: a program may put another in its place.
const { stringify } = JSON;

type Registry = {
  [ACTIVE]?: Profiler;
  [AWAITED]?: (Constructor: typeof StageProfiler) => Profiler | undefined;
};
const registry = globalThis as Registry;

/** Whether the program has begun without the profiler, and never asked for it. */
let isLate = false;
const LATE = 'begun when the program first waited (before it on Node 20.19, 22.13 and later): 1';

function prepare({ folder, runPid, profiler: options }: RunVariable): void {
  // The program itself, whose report is wanted even if it opens no stage: its memory, and the whole of its time.
  const isFirst = process.ppid === runPid;

  registry[AWAITED] = (Constructor) => {
    delete registry[AWAITED];
    try {
      const reportFile = path.join(folder, `${process.pid}-${Math.round(performance.timeOrigin)}.json`);
      // Stays empty if this process is killed, so that `run` knows to look for its recorder. Fails where `run`
      // has ended already or the process sees other files than `run`: nobody would read what it measures.
      fs.closeSync(fs.openSync(reportFile, 'wx', 0o600));
      // Beside the report, for the case that there will be none; removed when the profiler is closed.
      const profiler = new Constructor({ ...options, recorder: reportFile.replace(/json$/, 'recorder') });
      registry[ACTIVE] = profiler;
      process.on('exit', () => leaveReport(profiler, reportFile, isFirst));
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
    try {
      (require('../active.js') as typeof Active).activeProfiler();
      return;
    } catch {
      // As it would beside the program, then.
    }
  }
  import('../active.js')
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

function leaveReport(profiler: StageProfiler, reportFile: string, isFirst: boolean): void {
  try {
    // All objects or arrays have been given a toJSON. The recorder has it all, as long as nothing closes it.
    if (stringify([{}]) !== '[{}]') return;
    profiler.close();
    const report = profiler.report();
    if (report.stages.length === 0 && !isFirst) {
      fs.unlinkSync(reportFile);
      return;
    }
    const warnings = isLate ? [...report.warnings, LATE] : report.warnings;
    const partFile = `${reportFile}.part`;
    fs.writeFileSync(partFile, stringify({ ...report, warnings, processes: 1 }), { flag: 'wx', mode: 0o600 });
    fs.renameSync(partFile, reportFile);
  } catch {
    // The empty file tells.
  }
}

function readVariable(): RunVariable | undefined {
  try {
    return JSON.parse(process.env.STAGEPROF_RUN ?? '') as RunVariable;
  } catch {
    return undefined;
  }
}

const variable = workers.isMainThread && !(ACTIVE in registry) && !(AWAITED in registry) ? readVariable() : undefined;
if (variable !== undefined) prepare(variable);

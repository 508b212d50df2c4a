import { existsSync, join } from '../host/files.js';
import type { SharedArrayBuffer } from '../host/intrinsics.js';
import { getEnvironmentData, isMainThread, setEnvironmentData, threadId } from '../host/process.js';
import { hasStack } from '../host/stack-room.js';
import { MEASURES, type Measure, type StageProfilerOptions } from '../model/options.js';
import type { Profiler } from '../model/profiler.js';
import { makeRecorderFolder } from '../recorder/recorder-folder.js';
import { threadRecorderName } from '../recorder/thread-recorders.js';
import { nullProfiler } from './null-profiler.js';
import { takeRoom } from './thread-room.js';

/** What worker threads need so that each can have a profiler of its own. */
export interface ThreadsPlan {
  /** Where their recorders are: in the first folder, or in the next where there is no room. */
  readonly folders: readonly string[];
  /** Begins the names of their recorders. No other process has it. */
  readonly name: string;
  /** Options of the profiler of the main thread. */
  readonly profiler: StageProfilerOptions;
  /** By which threads without a profiler show their heaps: see src/preload/preload.cts. */
  readonly addon?: string | null;
  /** Whether a thread makes the first folder, where it does not exist. */
  readonly makesFolder?: boolean;
  /** Counts the threads, where their recorders are read at an end alone. */
  readonly room?: SharedArrayBuffer;
}

/**
 * Node hands this to every worker thread, and to those that they start, whatever options the program gives them: neither
 * `execArgv` nor `env` has a part in it. src/preload/preload.cts has the same name.
 */
const THREADS = 'stageprof.threads';

/** Worker threads that are started from now on will have an active profiler when they ask for it. */
export function profileThreads(plan: ThreadsPlan): void {
  // Plain data: an object of the program may have members that cannot be handed on.
  setEnvironmentData(THREADS, { ...plan });
}

type ProfilerConstructor = new (options: StageProfilerOptions) => Profiler;

/**
 * Makes the profiler of a worker thread. Its numbers are in a recorder, from which the main thread or `run` takes them,
 * however the thread ends. The `nullProfiler` where there can be no recorder; null on the main thread, and where nothing
 * is profiled.
 */
export function makeThreadProfiler(Constructor: ProfilerConstructor): Profiler | null {
  if (isMainThread) return null;
  if (made === undefined) {
    if (!hasStack()) return null;
    made = makeOnce(Constructor);
  }
  return made;
}

/** Undefined before the thread first asks. A library asks at each of its calls, also where nothing is profiled. */
let made: Profiler | null | undefined;

function makeOnce(Constructor: ProfilerConstructor): Profiler | null {
  const plan = getEnvironmentData(THREADS) as unknown as ThreadsPlan | undefined;
  if (plan === undefined || plan === null) return null;
  try {
    const { folders, name, profiler: options, makesFolder, room } = plan;
    if (room !== undefined && !takeRoom(room)) return nullProfiler;
    const [folder, ...fallbacks] = folders as [string, ...string[]];
    const file = threadRecorderName(name, threadId, folders);
    if (makesFolder === true) makeRecorderFolder(folder);
    const recorder = { path: join(folder, file), keep: true, fallbacks, small: true };
    const profiler = new Constructor({ ...threadOptions(options), recorder });
    if (folders.some((candidate) => existsSync(join(candidate, file)))) return profiler;
    profiler.close();
  } catch {
    // The folder is gone, or the options are of another version: nobody would read the recorder.
  }
  return nullProfiler;
}

/** What a thread measures: the rest is the process's, and the main thread reads it. */
function threadOptions({ rssPeak: _, threads: _threads, ...options }: StageProfilerOptions): StageProfilerOptions {
  const own: Measure[] = options.attribution === 'exact' ? ['cpu', 'js', 'native'] : ['cpu', 'js'];
  return { ...options, measure: (options.measure ?? MEASURES).filter((measure) => own.includes(measure)) };
}

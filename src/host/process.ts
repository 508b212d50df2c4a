/** What Node tells of the process and the machine, as it was when the profiler was loaded. */
import os from 'node:os';
import util from 'node:util';
import v8 from 'node:v8';
import vm from 'node:vm';
import workers from 'node:worker_threads';

const { process } = globalThis;

// A forked process loads the profiler anew, so these never change.
export const { arch, execArgv, platform } = process;
export const { env: environment, features: nodeFeatures, pid: processId, version: nodeVersion } = process;
export const { ppid: parentId } = process;
/** As the process was started, without the path of Node. */
export const commandLine: string = [...process.execArgv, ...process.argv.slice(1)].join(' ');
/** Node has it from 22.19 and 24 on. */
export const threadCpuUsage = (
  process as { threadCpuUsage?: () => { readonly user: number; readonly system: number } }
).threadCpuUsage?.bind(process);
export const resourceUsage = process.resourceUsage.bind(process);
export const memoryUsage: () => NodeJS.MemoryUsage = process.memoryUsage.bind(process);
export const residentBytes: () => number = process.memoryUsage.rss.bind(process.memoryUsage);
/** Windows has none. */
export const userId = process.getuid?.bind(process);
export const dlopen = process.dlopen.bind(process);
export const emitWarning = process.emitWarning.bind(process);

export const { getEnvironmentData, isMainThread, setEnvironmentData, threadId } = workers;
/** The option `name` of this worker thread, or a name that Node gives it. Node tells it from 22.20 and 24.6 on. */
export const { threadName } = workers as { threadName?: string | null };
/** What the process, or this worker thread, was started from: a path, `[worker eval]`, or undefined. */
export const startedFrom: string | undefined = process.argv[1];
export const { availableParallelism, cpus, release, tmpdir } = os;
export const { getHeapStatistics, promiseHooks, setFlagsFromString } = v8;
export const { runInNewContext } = vm;
export const { getSystemErrorMap, inspect } = util;
export const { isPromise } = util.types;

// Members that end the process or listen to it. A program may replace them later.
export const addProcessListener = process.on.bind(process);
export const removeProcessListener = process.off.bind(process);
export const processListeners = process.listeners.bind(process);
export const exitProcess = process.exit.bind(process);
/** The object itself, for code that changes a member of it. */
export const processObject: NodeJS.Process = process;

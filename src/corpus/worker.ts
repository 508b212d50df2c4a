/**
 * A worker process of `stageprof map`: loads the pipeline, runs the inputs it is told, one after another, and writes
 * each record to a temporary file, which the parent moves. It ends with its parent.
 */
import { timeOriginMs } from '../host/clock.js';
import { Error, Math, String } from '../host/intrinsics.js';
import { exitProcess, processId, processObject } from '../host/process.js';
import { resolveOptions, type StageProfilerOptions } from '../model/options.js';
import { SetupError } from '../model/setup-error.js';
import { endWithParent } from '../native/parent-death.js';
import { profileThreads } from '../profiler/thread-profiler.js';
import { threadRoom } from '../profiler/thread-room.js';
import { openCpuStacks } from '../stacks/cpu-stacks.js';
import { openNativeStacks, openThreadStacks } from '../stacks/native-stacks.js';
import { sitesPath } from '../stacks/sites-path.js';
import { CallNumbers } from './call-numbers.js';
import { InputRunner } from './input-runner.js';
import { InputThreads } from './input-threads.js';
import { loadPipeline } from './pipeline.js';
import { holdProcess, listenToParent, releaseProcess, tell } from './worker-channel.js';
import { EXIT_OWN_ERROR, type Order, OWN_ERROR_LINE, type ToWorker } from './worker-messages.js';
import { workerStacksPath } from './worker-stacks.js';

/** Without this, output that a pipe does not take at once is kept in memory, and lost in a crash or an exit. */
function printBlocking({
  _handle,
}: NodeJS.WriteStream & { _handle?: { setBlocking?(isBlocking: boolean): void } }): void {
  _handle?.setBlocking?.(true);
}

const { stderr } = processObject;
printBlocking(processObject.stdout);
printBlocking(stderr);

let runner: InputRunner | undefined;

listenToParent((message) => {
  obeyOrEnd(message);
});

async function obeyOrEnd(message: ToWorker): Promise<void> {
  try {
    await obey(message);
  } catch (error) {
    // An error of stageprof itself: the parent finds it in what this process has written, and starts another process.
    stderr.write(`${error instanceof Error ? error.stack : String(error)}\n${OWN_ERROR_LINE}\n`);
    exitProcess(EXIT_OWN_ERROR);
  }
}

async function obey(message: ToWorker): Promise<void> {
  if (message.type === 'setup') {
    runner = await setUp(message);
    if (runner === undefined) exitProcess();
    await tell({ type: 'ready' });
  } else if (message.type === 'input') await runner?.runOrder(message);
  else runner?.abort(message);
}

/** From here to the end of the process, so that each input finds the sampling running. */
function sampleStacks(profiler: StageProfilerOptions, folder: string): void {
  const { cpuStacks, nativeStacks, collect } = resolveOptions(profiler);
  const file = workerStacksPath(folder, processId, Math.round(timeOriginMs));
  try {
    if (nativeStacks) openNativeStacks(sitesPath(file));
  } catch {
    // The report of each input says why.
  }
  if (cpuStacks === null) return;
  try {
    openThreadStacks(sitesPath(file), cpuStacks.hz);
  } catch {
    // The same.
  }
  try {
    openCpuStacks({ hz: cpuStacks.hz, file, isKernelCpu: collect === 'none' });
  } catch {
    // The report of each input says why.
  }
}

/** Undefined where the pipeline does not load. */
async function setUp(order: Order<'setup'>): Promise<InputRunner | undefined> {
  const { pipelinePath, profiler, threads, stacksFolder, parentPid, isolate } = order;
  // A pipeline that hangs in native code would not notice by itself that the parent has ended.
  endWithParent(parentPid);
  // Before the module may start its threads.
  const room = threadRoom();
  if (threads !== null) profileThreads({ ...threads, room });
  if (profiler !== null && stacksFolder !== null) sampleStacks(profiler, stacksFolder);
  // The module, too, may wait at its top level for what nothing can settle.
  releaseProcess();
  try {
    const inputThreads = new InputThreads(threads, room);
    return new InputRunner(await loadPipeline(pipelinePath), profiler, new CallNumbers(!isolate), inputThreads);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    await tell({ type: 'unloadable', message: error.message });
    return undefined;
  } finally {
    holdProcess();
  }
}

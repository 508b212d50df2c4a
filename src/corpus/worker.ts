/**
 * A worker process of `stageprof map`: loads the pipeline, runs the inputs it is told, one after another, and writes
 * each record to a temporary file for the parent to move to its place. It ends with its parent.
 */
import { dirname, writeFileSync } from '../host/files.js';
import { Error, Promise, String } from '../host/intrinsics.js';
import { isNextTickIntact, withNextTick } from '../host/next-tick.js';
import { addProcessListener, exitProcess, processObject, removeProcessListener } from '../host/process.js';
import { AbortController, setImmediate } from '../host/tasks.js';
import type { StageProfilerOptions } from '../model/options.js';
import type { AnyFunction, Profiler } from '../model/profiler.js';
import { SetupError, systemReason } from '../model/setup-error.js';
import { formatWarning } from '../model/warnings.js';
import { endWithParent } from '../native/parent-death.js';
import { nullProfiler } from '../profiler/null-profiler.js';
import { StageProfiler } from '../profiler/stage-profiler.js';
import { recorderFolders, shownFolder } from '../recorder/recorder-folder.js';
import { type LastMoments, readLastMoments } from './last-moments.js';
import { loadPipeline, type PipelineFunction } from './pipeline.js';
import { failureLine, isJsonIntact, recordLine } from './record.js';
import { InputAbort, type Outcome, runInput } from './run-input.js';
import { UnhandledErrors } from './unhandled-errors.js';
import { EXIT_OWN_ERROR, type FromWorker, type InputResult, type ToWorker } from './worker-messages.js';

type Order<T extends ToWorker['type']> = Extract<ToWorker, { type: T }>;

/** Sent to a whole group, they are the parent's to act on: it tells what to do, and some want the input to go on. */
const SIGNALS_OF_THE_PARENT = ['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGUSR2'] as const;

class Worker {
  readonly #unhandled = new UnhandledErrors();
  #abort = new AbortController();
  #recorderPath: string | null = null;
  /** Of an input that was told to stop, as of then: what it was at is over when it has heeded it. */
  #moments: LastMoments | null = null;

  constructor(
    readonly run: PipelineFunction,
    readonly profiler: StageProfilerOptions | null,
  ) {}

  async runOrder({ input, temporaryPath, recorderPath }: Order<'input'>): Promise<void> {
    for (const failure of this.#unhandled.takeUnclaimed()) tell({ type: 'unhandled', failure });
    this.#abort = new AbortController();
    this.#recorderPath = recorderPath;
    this.#moments = null;
    // Before anything of the input may end the process.
    await tell({ type: 'begun' });
    // Without it the channel alone keeps the process alive, and a promise that nothing can settle is never noticed.
    channel?.unref();
    const { profiler, warnings } = makeProfiler(this.profiler, recorderPath);
    const outcome = await runInput(this.run, input, { profiler, signal: this.#abort.signal }, this.#unhandled);
    channel?.ref();
    const moments = this.#moments ?? (outcome.isRunning ? readLastMoments(recorderPath) : null);
    const report = profiler.report();
    const profile = report === undefined ? null : { ...report, warnings: [...report.warnings, ...warnings] };
    profiler.close();
    const { line, result } = resultOf(input, outcome, profile, moments);
    // One that writes no more JSON, or hears no more messages, would take the inputs after it along.
    const isLast = outcome.isRunning || !isJsonIntact() || !(await isNextTickIntact());
    // Before anything is told: what comes in return has to be heard.
    listen();
    this.#unhandled.listen();
    const unwritten = unwrittenFor(temporaryPath, line);
    await tell({
      type: 'ended',
      result: unwritten === null ? result : { state: 'unwritten', reason: unwritten, profile },
      isLast,
    });
    if (isLast) exitProcess();
    // What came up meanwhile, or comes up before the next input.
    setImmediate(() => {
      for (const failure of this.#unhandled.takeUnclaimed()) tell({ type: 'unhandled', failure });
    });
  }

  abort({ reason, message, graceMs }: Order<'abort'>): void {
    this.#moments ??= readLastMoments(this.#recorderPath);
    this.#abort.abort(new InputAbort(reason, message, graceMs));
  }
}

/** Null where it was written. */
function unwrittenFor(path: string, line: string): string | null {
  try {
    writeFileSync(path, line, { flag: 'wx' });
    return null;
  } catch (error) {
    return systemReason(error);
  }
}

function resultOf(
  input: string,
  outcome: Outcome,
  profile: InputResult['profile'],
  moments: LastMoments | null,
): { line: string; result: InputResult } {
  if (outcome.state === 'returned') {
    const record = recordLine(input, outcome.result, profile ?? undefined);
    if (record.state === 'done') return { line: record.line, result: { state: 'done', profile } };
    const { failure } = record;
    return { line: failureLine(input, failure, profile ?? undefined), result: { state: 'failed', failure, profile } };
  }
  const { state } = outcome;
  const failure = moments === null ? outcome.failure : { ...outcome.failure, open: moments.open, last: moments.last };
  // Calls that are still open are in the profile up to now.
  const partial = profile === null || !outcome.isRunning ? profile : { ...profile, partial: true };
  return { line: failureLine(input, failure, partial ?? undefined), result: { state, failure, profile: partial } };
}

/** As the parent takes them, who looks for the recorder there: before a pipeline may change the environment. */
const FALLBACK_FOLDERS = recorderFolders();

interface MadeProfiler {
  readonly profiler: Profiler;
  /** Beside those of its report. */
  readonly warnings: readonly string[];
}

function makeProfiler(options: StageProfilerOptions | null, recorderPath: string | null): MadeProfiler {
  if (options === null) return { profiler: nullProfiler, warnings: [] };
  if (recorderPath === null) return { profiler: new StageProfiler(options), warnings: [] };
  try {
    return {
      profiler: new StageProfiler({ ...options, recorder: { path: recorderPath, fallbacks: FALLBACK_FOLDERS } }),
      warnings: [],
    };
  } catch (error) {
    // Its folder has been removed, or closed: no reason for the input to fail.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STAGEPROF_RECORDER') throw error;
    // The folder is what all inputs have in common: with a file of each it would be another warning each time.
    const reason = (error as Error).message.replace(recorderPath, shownFolder(dirname(recorderPath)));
    return { profiler: new StageProfiler(options), warnings: [formatWarning(`no recorder, ${reason}`, 1)] };
  }
}

/**
 * The channel to the parent is no business of the pipeline: libraries that find `process.send` take themselves for the
 * worker of a cluster, and send to it what the parent would take for one of the messages here.
 */
const send = processObject.send?.bind(processObject);
delete processObject.send;
const { channel } = processObject;

/** Resolves when the parent has it, or is gone. */
function tell(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (processObject.connected) withNextTick(() => send?.(message, undefined, undefined, () => resolve()));
    else resolve();
  });
}

async function setUp({ pipelinePath, profiler, parentPid }: Order<'setup'>): Promise<Worker | undefined> {
  // One that hangs in native code would not see its parent's end by itself.
  endWithParent(parentPid);
  // See runOrder: here it is an await at the top of the module.
  channel?.unref();
  try {
    const run = await loadPipeline(pipelinePath);
    return new Worker(run, profiler);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    await tell({ type: 'unloadable', message: error.message });
    return undefined;
  } finally {
    channel?.ref();
  }
}

async function obey(message: ToWorker): Promise<void> {
  if (message.type === 'setup') {
    worker = await setUp(message);
    if (worker === undefined) exitProcess();
    await tell({ type: 'ready' });
  } else if (message.type === 'input') await worker?.runOrder(message);
  else worker?.abort(message);
}

/** Else what the pipe does not take at once is held in memory, and lost when the process crashes or exits. */
function printBlocking({
  _handle,
}: NodeJS.WriteStream & { _handle?: { setBlocking?(isBlocking: boolean): void } }): void {
  _handle?.setBlocking?.(true);
}

const { stderr } = processObject;
printBlocking(processObject.stdout);
printBlocking(stderr);
let worker: Worker | undefined;
const onSignal = (): void => {};
const onDisconnect = (): void => exitProcess();
const onMessage = (message: ToWorker): void => {
  obeyOrEnd(message);
};

async function obeyOrEnd(message: ToWorker): Promise<void> {
  try {
    await obey(message);
  } catch (error) {
    // An error of stageprof itself: the parent finds it in what this process has written, and goes on with another.
    stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    exitProcess(EXIT_OWN_ERROR);
  }
}

function listenAnew(event: string, listener: AnyFunction): void {
  removeProcessListener(event, listener);
  addProcessListener(event, listener);
}

/** Also again: a pipeline that takes all listeners off would leave the process deaf, and the run waiting for ever. */
function listen(): void {
  for (const signal of SIGNALS_OF_THE_PARENT) listenAnew(signal, onSignal);
  listenAnew('disconnect', onDisconnect);
  listenAnew('message', onMessage);
}

listen();

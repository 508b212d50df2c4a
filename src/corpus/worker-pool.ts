import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import type { StageProfilerOptions } from '../model/options.js';
import { SetupError } from '../model/setup-error.js';
import { recorderName } from '../recorder/recorder-folder.js';
import { EventQueue } from './event-queue.js';
import type { RecordFolder } from './record-folder.js';
import type { NamedInput } from './record-paths.js';
import {
  type InputEvent,
  type InputLimits,
  type InputRun,
  RunningInput,
  type UnhandledEvent,
} from './running-input.js';
import { WorkerProcess, WorkerStartError } from './worker-process.js';

export interface PoolOptions {
  /** The module, as it was given. */
  readonly pipelinePath: string;
  readonly folder: RecordFolder;
  /** Null where nothing is profiled. */
  readonly profiler: StageProfilerOptions | null;
  /** Where the recorders of running inputs are; null for none. */
  readonly recorderFolder: string | null;
  readonly env: NodeJS.ProcessEnv;
  /** Most processes at a time. */
  readonly jobs: number;
  /** A process of its own for each input. */
  readonly isolate: boolean;
  readonly limits: InputLimits;
}

/** What happened, as it happens. */
export type RunEvent =
  | { readonly type: 'started'; readonly input: string }
  | InputEvent
  | UnhandledEvent
  /** A line that the pipeline printed. */
  | { readonly type: 'output'; readonly line: string };

/** Starts in a row that fail where an earlier one has succeeded: by then it is not chance. */
const MOST_FAILED_STARTS = 3;

/** Runs inputs in worker processes, and starts another where one ends. */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #events = new EventQueue<RunEvent>();
  readonly #running = new Set<RunningInput>();
  readonly #workers = new Set<WorkerProcess>();
  #queue: readonly NamedInput[] = [];
  #begun = 0;
  #started = 0;
  readonly #stopping = new AbortController();
  #spare: WorkerProcess | undefined;

  private constructor(options: PoolOptions) {
    this.#options = options;
    // One for each process that is starting.
    setMaxListeners(0, this.#stopping.signal);
  }

  /**
   * With one process that has loaded the pipeline.
   * @throws {SetupError} where it does not load
   */
  static async open(options: PoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    try {
      pool.#spare = await pool.#start();
      return pool;
    } catch (error) {
      if (error instanceof WorkerStartError) throw new SetupError(error.message);
      throw error;
    }
  }

  /** In order of their start. */
  get running(): readonly RunningInput[] {
    return [...this.#running];
  }

  /** Of those that run or wait. */
  get workers(): readonly WorkerProcess[] {
    return [...this.#workers];
  }

  /** How many processes there have been. */
  get started(): number {
    return this.#started;
  }

  /**
   * Runs the inputs, begun in order.
   * @throws {RecordWriteError} when a record cannot be written; those before it are whole
   * @throws {WorkerStartError} when no process takes inputs any more
   */
  async *run(inputs: readonly NamedInput[]): AsyncGenerator<RunEvent, void> {
    this.#queue = inputs;
    const lanes = Array.from({ length: Math.min(this.#options.jobs, inputs.length) }, () => this.#lane());
    for (const lane of lanes) lane.catch(() => this.#giveUp());
    const settled = Promise.allSettled(lanes).finally(() => this.#events.close());
    yield* this.#events;
    for (const result of await settled) if (result.status === 'rejected') throw result.reason;
    await this.#spare?.end();
  }

  /** No further input is begun, and those that run have their grace. */
  stop(message: string): void {
    this.#stopping.abort();
    for (const running of this.#running) running.abort('stopped', message);
  }

  /** Writes a record for each input that runs, with what is known of it now. */
  async flush(message: string): Promise<void> {
    await Promise.all(this.running.map((running) => running.flush(message)));
  }

  /** One input after another, in a process of its own as long as it lasts. */
  async #lane(): Promise<void> {
    let worker: WorkerProcess | undefined;
    let again: NamedInput | undefined;
    let ends = 0;
    for (;;) {
      const named = this.#isStopped ? undefined : (again ?? this.#queue[this.#begun++]);
      if (named === undefined) break;
      const isNew = worker === undefined;
      worker ??= await this.#take();
      // A start takes time, in which the run may have been told to stop.
      if (worker === undefined || this.#isStopped) break;
      const end = await this.#run(named, worker);
      again = undefined;
      if (end.event.type === 'unhandled') {
        again = named;
        // No input can have left behind what ends new ones.
        ends = isNew ? ends + 1 : 0;
        if (ends === MOST_FAILED_STARTS) throw this.#endsByItself(end.event);
      } else ends = 0;
      if (end.isWorkerUsable && !this.#options.isolate) continue;
      await this.#end(worker);
      worker = undefined;
    }
    if (worker !== undefined) await this.#end(worker);
  }

  async #run(named: NamedInput, worker: WorkerProcess): Promise<InputRun> {
    const { recorderFolder, folder, limits } = this.#options;
    const recorderPath = recorderFolder === null ? null : join(recorderFolder, recorderName(worker.pid));
    const running = new RunningInput(named, worker, recorderPath, folder, limits);
    this.#running.add(running);
    this.#events.push({ type: 'started', input: named.input });
    const end = await running.run().finally(() => this.#running.delete(running));
    // One that was being stopped has been ended from here.
    if (end.event.type !== 'unhandled' || !this.#isStopped) this.#events.push(end.event);
    return end;
  }

  /** Undefined where the run has been told to stop meanwhile. */
  async #take(): Promise<WorkerProcess | undefined> {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare !== undefined) return spare;
    for (let failed = 1; ; failed++) {
      try {
        return await this.#start();
      } catch (error) {
        if (!(error instanceof WorkerStartError)) throw error;
        if (this.#isStopped) return undefined;
        if (failed === MOST_FAILED_STARTS) throw error;
      }
    }
  }

  async #start(): Promise<WorkerProcess> {
    const { pipelinePath, profiler, env } = this.#options;
    const worker = await WorkerProcess.start({
      setup: { type: 'setup', pipelinePath, profiler, parentPid: process.pid },
      env,
      stopping: this.#stopping.signal,
      onOutput: (line) => this.#events.push({ type: 'output', line }),
      onUnhandled: (failure) => this.#events.push({ type: 'unhandled', failure }),
    });
    this.#started++;
    this.#workers.add(worker);
    return worker;
  }

  async #end(worker: WorkerProcess): Promise<void> {
    await worker.end();
    this.#workers.delete(worker);
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted;
  }

  #endsByItself({ failure }: UnhandledEvent): WorkerStartError {
    const { pipelinePath } = this.#options;
    return new WorkerStartError(
      `${pipelinePath}: once the module is loaded, ${failure.message} before it takes an input`,
    );
  }

  /** What ends one lane ends all: their records could be no more written than its own. */
  #giveUp(): void {
    this.stop('the run could not go on');
    for (const worker of this.#workers) worker.kill();
  }
}

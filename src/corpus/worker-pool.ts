import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { recorderName } from '../recorder/recorder-folder.js';
import { EventQueue } from './event-queue.js';
import type { RunEvent, UnhandledEvent } from './input-event.js';
import type { RecordFolder } from './record-folder.js';
import type { NamedInput } from './record-paths.js';
import { type InputLimits, type InputRun, RunningInput } from './running-input.js';
import { type WorkerProcess, WorkerStartError } from './worker-process.js';
import { MOST_FAILED_STARTS, type SupplyOptions, WorkerSupply } from './worker-supply.js';

export interface PoolOptions extends SupplyOptions {
  readonly folder: RecordFolder;
  /** Most processes at a time. */
  readonly jobs: number;
  /** A process of its own for each input. */
  readonly isolate: boolean;
  readonly limits: InputLimits;
}

/** Runs inputs in worker processes, and starts another process where one ends. */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #events = new EventQueue<RunEvent>();
  readonly #running = new Set<RunningInput>();
  readonly #stopping = new AbortController();
  readonly #supply: WorkerSupply;
  #queue: readonly NamedInput[] = [];
  #begun = 0;

  private constructor(options: PoolOptions) {
    this.#options = options;
    this.#supply = new WorkerSupply(options, this.#stopping.signal, (event) => this.#events.push(event));
    // Each process that is starting has a listener.
    setMaxListeners(0, this.#stopping.signal);
  }

  /**
   * A pool with one process that has loaded the pipeline.
   * @throws {SetupError} where the pipeline does not load
   */
  static async open(options: PoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    await pool.#supply.startSpare();
    return pool;
  }

  /** In order of their start. */
  get running(): readonly RunningInput[] {
    return [...this.#running];
  }

  /** Those that run or wait. */
  get workers(): readonly WorkerProcess[] {
    return this.#supply.workers;
  }

  /** How many processes there have been. */
  get started(): number {
    return this.#supply.started;
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
    await this.#supply.endSpare();
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

  /** Runs one input after another, in the same process as long as it lasts. */
  async #lane(): Promise<void> {
    let worker: WorkerProcess | undefined;
    let again: NamedInput | undefined;
    let ends = 0;
    for (;;) {
      const named = this.#isStopped ? undefined : (again ?? this.#queue[this.#begun++]);
      if (named === undefined) break;
      const isNew = worker === undefined;
      worker ??= await this.#supply.take();
      // A start takes time, in which the run may have been told to stop.
      if (worker === undefined || this.#isStopped) break;
      const end = await this.#run(named, worker);
      again = undefined;
      if (end.event.type === 'unhandled') {
        again = named;
        // What ends new processes cannot be left behind by an earlier input.
        ends = isNew ? ends + 1 : 0;
        if (ends === MOST_FAILED_STARTS) throw this.#endsByItself(end.event);
      } else ends = 0;
      if (end.isWorkerUsable && !this.#options.isolate) continue;
      await this.#supply.end(worker);
      worker = undefined;
    }
    if (worker !== undefined) await this.#supply.end(worker);
  }

  async #run(named: NamedInput, worker: WorkerProcess): Promise<InputRun> {
    const { recorderFolder, stacksFolder, folder, limits } = this.#options;
    const recorderPath = recorderFolder === null ? null : join(recorderFolder, recorderName(worker.pid));
    const running = new RunningInput(named, worker, { recorderPath, stacksFolder }, folder, limits);
    this.#running.add(running);
    this.#events.push({ type: 'started', input: named.input });
    const end = await running.run().finally(() => this.#running.delete(running));
    // In a run that is being stopped, the end of a process before its input is no error: it was ended from here.
    if (end.event.type !== 'unhandled' || !this.#isStopped) this.#events.push(end.event);
    return end;
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

  /** What ends one lane ends all: their records could not be written either. */
  #giveUp(): void {
    this.stop('the run could not go on');
    this.#supply.kill();
  }
}

import type { StageProfilerOptions } from '../model/options.js';
import { SetupError } from '../model/setup-error.js';
import type { ThreadsPlan } from '../profiler/thread-profiler.js';
import { recorderFolders, recorderName } from '../recorder/recorder-folder.js';
import type { RunEvent } from './input-event.js';
import { WorkerProcess, WorkerStartError } from './worker-process.js';

/** Failures in a row where earlier ones have succeeded: with the last of them it is no longer chance. */
export const MOST_FAILED_STARTS = 3;

export interface SupplyOptions {
  /** The module, as it was given. */
  readonly pipelinePath: string;
  /** Null where nothing is profiled. */
  readonly profiler: StageProfilerOptions | null;
  readonly env: NodeJS.ProcessEnv;
  /** Modules that each process loads before all others. */
  readonly imports: readonly string[];
  /** A process for each input. */
  readonly isolate: boolean;
  /** Where the recorders of running inputs are; null for none. */
  readonly recorderFolder: string | null;
  /** Where processes keep their stacks; null where none are sampled. */
  readonly stacksFolder: string | null;
}

/** Starts worker processes, and knows those that have not ended. */
export class WorkerSupply {
  readonly #workers = new Set<WorkerProcess>();
  #started = 0;
  #spare: WorkerProcess | undefined;

  /**
   * @param stopping aborted when no further process is needed
   * @param tell is given what happens in the processes besides their inputs
   */
  constructor(
    readonly options: SupplyOptions,
    readonly stopping: AbortSignal,
    readonly tell: (event: RunEvent) => void,
  ) {}

  /** Those that run or wait. */
  get workers(): readonly WorkerProcess[] {
    return [...this.#workers];
  }

  /** How many processes there have been. */
  get started(): number {
    return this.#started;
  }

  /**
   * Starts a first process, which shows whether the pipeline loads.
   * @throws {SetupError} where it does not
   */
  async startSpare(): Promise<void> {
    try {
      this.#spare = await this.#start();
    } catch (error) {
      if (error instanceof WorkerStartError) throw new SetupError(error.message);
      throw error;
    }
  }

  /**
   * A process that takes inputs; undefined where the run has been told to stop meanwhile.
   * @throws {WorkerStartError}
   */
  async take(): Promise<WorkerProcess | undefined> {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare !== undefined) return spare;
    for (let failed = 1; ; failed++) {
      try {
        return await this.#start();
      } catch (error) {
        if (!(error instanceof WorkerStartError)) throw error;
        if (this.stopping.aborted) return undefined;
        if (failed === MOST_FAILED_STARTS) throw error;
      }
    }
  }

  async end(worker: WorkerProcess): Promise<void> {
    await worker.end();
    this.#workers.delete(worker);
  }

  /** Ends the first process where nobody has taken it. */
  async endSpare(): Promise<void> {
    await this.#spare?.end();
  }

  kill(): void {
    for (const worker of this.#workers) worker.kill();
  }

  /** Null where nothing is profiled, or where there can be no recorder. */
  #threads(): ThreadsPlan | null {
    const { profiler, recorderFolder } = this.options;
    if (profiler === null || recorderFolder === null) return null;
    const folders = [...new Set([recorderFolder, ...recorderFolders()])];
    return { folders, name: recorderName().replace(/\.recorder$/, ''), profiler };
  }

  async #start(): Promise<WorkerProcess> {
    const { pipelinePath, profiler, stacksFolder, env, imports, isolate } = this.options;
    const worker = await WorkerProcess.start({
      setup: {
        type: 'setup',
        pipelinePath,
        profiler,
        threads: this.#threads(),
        stacksFolder,
        parentPid: process.pid,
        isolate,
      },
      env,
      imports,
      stopping: this.stopping,
      onOutput: (line) => this.tell({ type: 'output', line }),
      onUnhandled: (failure) => this.tell({ type: 'unhandled', failure }),
    });
    this.#started++;
    this.#workers.add(worker);
    return worker;
  }
}

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { systemReason } from '../model/setup-error.js';
import type { ExitStatus } from '../os/exit-status.js';
import type { Failure } from './failure.js';
import { importFlags } from './imports.js';
import { InputThreads } from './input-threads.js';
import type { FromWorker, InputResult, ToWorker } from './worker-messages.js';
import { WorkerOutput } from './worker-output.js';

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));

/** How long the streams of an ended process are waited for: processes that it started may keep them open. */
const DRAIN_MS = 500;
/** How long a process may take to end once it is no longer needed: addons clean up, or hang. */
const END_MS = 2000;

/** A process did not come so far that it takes inputs. */
export class WorkerStartError extends Error {
  override readonly name = 'WorkerStartError';
}

/** What became of an input: its result, or the end of its process. */
export type InputEnd =
  | { readonly type: 'result'; readonly result: InputResult; readonly isLast: boolean }
  | {
      readonly type: 'ending';
      readonly status: ExitStatus;
      /** If not, the process was already ending when it was told to begin. */
      readonly hasBegun: boolean;
      /** It was ended from here because it had closed its channel. */
      readonly isCutOff: boolean;
      readonly stderr: string;
    };

export interface WorkerSetup {
  readonly setup: Extract<ToWorker, { type: 'setup' }>;
  readonly env: NodeJS.ProcessEnv;
  /** Modules that it loads before all others, as node's own --import takes them. */
  readonly imports: readonly string[];
  /** Aborted when no input will come: a process that is still starting is ended, however long its module would load. */
  readonly stopping: AbortSignal;
  /** Takes what the pipeline prints to stdout or stderr, line by line. */
  readonly onOutput: (line: string) => void;
  /** Takes an error that came up between two inputs. */
  readonly onUnhandled: (failure: Failure) => void;
}

/** A child process that runs one input at a time, seen from its parent. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #stderr: WorkerOutput;
  readonly #gone: Promise<ExitStatus>;
  /** What its worker threads record. */
  readonly threads: InputThreads;
  #isCutOff = false;
  #onBegun = (): void => {};
  #onResult: (message: Extract<FromWorker, { type: 'ended' }>) => void = () => {};

  /** @throws {WorkerStartError} saying why it takes no inputs; the process has then ended */
  static async start(options: WorkerSetup): Promise<WorkerProcess> {
    const worker = new WorkerProcess(options);
    const kill = () => worker.kill();
    options.stopping.addEventListener('abort', kill);
    const reason = await worker.#load(options.setup).finally(() => options.stopping.removeEventListener('abort', kill));
    if (reason === null) return worker;
    await worker.end();
    throw new WorkerStartError(reason);
  }

  private constructor({ env, imports, setup, onOutput, onUnhandled }: WorkerSetup) {
    this.threads = new InputThreads(setup.threads);
    // stdout of this process is for results alone, so that what the pipeline prints there is treated as its stderr.
    // Messages are not JSON, which a pipeline may change: a toJSON for all arrays would be in every message.
    this.#child = fork(WORKER, {
      env,
      execArgv: [...process.execArgv, ...importFlags(imports)],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    // A kill or a message fails if the process has ended. Its end is handled elsewhere, so that error is ignored.
    this.#child.on('error', () => {});
    this.#gone = whenGone(this.#child);
    this.#child.once('disconnect', () => this.#onDisconnect());
    new WorkerOutput(this.#child.stdout, onOutput);
    this.#stderr = new WorkerOutput(this.#child.stderr, onOutput);
    this.#child.on('message', (message: FromWorker) => {
      if (message.type === 'unhandled') onUnhandled(message.failure);
      else if (message.type === 'begun') this.#onBegun();
      else if (message.type === 'ended') this.#onResult(message);
    });
  }

  /** Undefined for a process that could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  async run(order: Omit<Extract<ToWorker, { type: 'input' }>, 'type'>): Promise<InputEnd> {
    this.#stderr.clearTail();
    let hasBegun = false;
    this.#onBegun = () => {
      hasBegun = true;
    };
    const result = new Promise<InputEnd>((resolve) => {
      this.#onResult = ({ result, threads, isLast }) => {
        this.threads.before = threads;
        resolve({ type: 'result', result, isLast });
      };
    });
    const ending = this.#gone.then(
      (status): InputEnd => ({
        type: 'ending',
        status,
        hasBegun,
        isCutOff: this.#isCutOff,
        stderr: this.#stderr.tail,
      }),
    );
    this.#tell({ type: 'input', ...order });
    // A result that was told before the end is heard before the end, see whenGone.
    return Promise.race([result, ending]);
  }

  abort(order: Omit<Extract<ToWorker, { type: 'abort' }>, 'type'>): void {
    this.#tell({ type: 'abort', ...order });
  }

  /** Ends it at once. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Lets it end by itself for a while, and resolves when it has ended. */
  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.kill(), END_MS);
    await this.#gone;
    clearTimeout(timer);
    this.threads.removeAll();
  }

  /** The channel may be closed from either side. A process whose pipeline has closed it can tell nothing any more. */
  #onDisconnect(): void {
    const timer = setTimeout(() => {
      this.#isCutOff = true;
      this.kill();
    }, END_MS);
    this.#gone.then(() => clearTimeout(timer));
  }

  /** Null when it takes inputs, else the reason. */
  #load(setup: WorkerSetup['setup']): Promise<string | null> {
    return new Promise((resolve) => {
      this.#child.on('message', (message: FromWorker) => {
        if (message.type === 'ready') resolve(null);
        else if (message.type === 'unloadable') resolve(message.message);
      });
      this.#child.once('error', (error) => resolve(`no process can be started, ${systemReason(error)}`));
      this.#gone.then(({ code, signal }) => {
        const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
        resolve(`${setup.pipelinePath}: the pipeline module does not load, it ended the whole process, ${how}`);
      });
      this.#tell(setup);
    });
  }

  /** An ended process hears nothing; its end tells. */
  #tell(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message, () => {});
  }
}

/** Resolves when a process has ended and all that it told has been heard. */
function whenGone(child: ChildProcess): Promise<ExitStatus> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    child.once('exit', (code, signal) => {
      timer = setTimeout(() => resolve({ code, signal }), DRAIN_MS);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal });
    });
    // It was never started.
    child.once('error', () => {
      if (child.pid === undefined) resolve({ code: null, signal: null });
    });
  });
}

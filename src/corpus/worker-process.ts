import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { systemReason } from '../model/setup-error.js';
import type { ExitStatus } from '../os/exit-status.js';
import type { Failure } from './failure.js';
import type { FromWorker, InputResult, ToWorker } from './worker-messages.js';
import { WorkerOutput } from './worker-output.js';

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));

/** How long the streams of a process that has ended are waited for: what it has started may hold them open. */
const DRAIN_MS = 500;
/** How long a process that is no longer needed may take to end: addons clean up, or hang. */
const END_MS = 2000;

/** A process did not come to the point of taking inputs. */
export class WorkerStartError extends Error {
  override readonly name = 'WorkerStartError';
}

/** What became of an input: its result, or the end of the process under it. */
export type InputEnd =
  | { readonly type: 'result'; readonly result: InputResult; readonly isLast: boolean }
  | {
      readonly type: 'ending';
      readonly status: ExitStatus;
      /** Else the process was at its end already when it was told. */
      readonly hasBegun: boolean;
      /** It was ended from here because its channel was closed under it. */
      readonly isCutOff: boolean;
      readonly stderr: string;
    };

export interface WorkerSetup {
  readonly setup: Extract<ToWorker, { type: 'setup' }>;
  readonly env: NodeJS.ProcessEnv;
  /** Aborted when no input will come: one that is still starting is ended, however long its module would load. */
  readonly stopping: AbortSignal;
  /** What the pipeline prints, to stdout or stderr, line by line. */
  readonly onOutput: (line: string) => void;
  /** An error that came up between two inputs. */
  readonly onUnhandled: (failure: Failure) => void;
}

/** A child process that runs inputs, seen from its parent. One input at a time. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #stderr: WorkerOutput;
  readonly #gone: Promise<ExitStatus>;
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

  private constructor({ env, onOutput, onUnhandled }: WorkerSetup) {
    // stdout of this process is for results alone, so what the pipeline prints there goes the way of its stderr.
    // Not as JSON, which a pipeline may change: a toJSON of all arrays would be in every message.
    this.#child = fork(WORKER, { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], serialization: 'advanced' });
    // Of a kill or a message to one that has ended; its end is what counts.
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

  /** Undefined where it could not be started. */
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
      this.#onResult = ({ result, isLast }) => resolve({ type: 'result', result, isLast });
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
    // A result that was told before the end has been heard before it, see whenGone.
    return Promise.race([result, ending]);
  }

  abort(order: Omit<Extract<ToWorker, { type: 'abort' }>, 'type'>): void {
    this.#tell({ type: 'abort', ...order });
  }

  /** At once. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Lets it end by itself, and resolves when it has. */
  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    const timer = setTimeout(() => this.kill(), END_MS);
    await this.#gone;
    clearTimeout(timer);
  }

  /** From either side. One whose channel the pipeline has closed can tell nothing any more, and would never be heard of. */
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

  /** One that has ended hears nothing, which shows in its end. */
  #tell(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message, () => {});
  }
}

/** Resolves when a process has ended and all that it has said is heard. */
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
    // It never was.
    child.once('error', () => {
      if (child.pid === undefined) resolve({ code: null, signal: null });
    });
  });
}

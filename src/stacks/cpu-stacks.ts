import { wallNs } from '../host/clock.js';
import { MessageChannel, type MessagePort, type NodeWorker, receiveMessageOnPort } from '../host/inspector.js';
import { Atomics, Error, Int32Array, SharedArrayBuffer, Uint8Array } from '../host/intrinsics.js';
import { isMainThread, processId } from '../host/process.js';
import { inspectorObstacle } from './inspector-obstacle.js';
import { LabelIds } from './label-ids.js';
import { startOwnThread } from './own-thread.js';
import { aroundProcessEvents, awaitWord } from './process-ending.js';
import {
  type Flushed,
  NOTHING_SAMPLED,
  PHASE,
  SAMPLING_STATE,
  SAMPLING_WORDS,
  type SamplingAccount,
  type SamplingPlan,
} from './sampling-messages.js';
import { SAMPLING_THREAD_NAME } from './sampling-name.js';
import type { LoggedThread } from './stage-log.js';
import { makeRing } from './stage-ring.js';
import { WorkerThreadLog } from './worker-thread-log.js';

/** How the CPU stacks of a process are sampled. */
export interface CpuStacksOptions {
  readonly hz: number;
  /** Where the profile is kept while the program runs; null for nowhere. */
  readonly file: string | null;
  /** Whether the CPU in the logs is that of the kernel's clock, without anything taken out. */
  readonly isKernelCpu: boolean;
}

/** The program is not held up longer than this, whatever happens to the sampling thread: at its start and its end. */
const LONGEST_START_NS = 1e9;
const LONGEST_WAIT_NS = 5e9;

const CHANNEL = `stageprof.stacks.${processId}`;

/** The part of the CPU stacks that a profiler has. */
export interface CpuStacks extends LoggedThread {
  /** How the sampling goes, as far as that is known without asking. `hz` is 0 where even that is not known. */
  readonly account: SamplingAccount;
  /** The profile so far in the format of pprof, and how the sampling went. */
  read(): Flushed;
  /**
   * To be called once. Sampling ends with the last profiler of the process, that of a worker thread with its last one.
   *
   * @returns the whole profile where that was the last of the process; null otherwise
   */
  release(): Flushed | null;
}

/**
 * Starts to sample the stacks of this process, or joins in where that is done already. In a worker thread, only the log is
 * made: the sampling thread belongs to the main thread.
 *
 * @throws {Error} where no thread can be started, or the main thread cannot be sampled
 */
export function openCpuStacks(options: CpuStacksOptions): CpuStacks {
  running ??= open(options);
  running.users++;
  return running;
}

/** Those of this thread. */
let running: SamplingOfProcess | WorkerThreadLog | null = null;

function open(options: CpuStacksOptions): SamplingOfProcess | WorkerThreadLog {
  const obstacle = inspectorObstacle();
  if (obstacle !== null) throw new Error(obstacle);
  const closed = (): void => {
    running = null;
  };
  return isMainThread ? new SamplingOfProcess(options, closed) : new WorkerThreadLog(CHANNEL, closed);
}

class SamplingOfProcess implements CpuStacks {
  readonly ring = makeRing();
  users = 0;
  private readonly ids = new LabelIds((id, label) => {
    if (!this.isOver) this.port.postMessage({ type: 'label', id, label });
  });
  private readonly state = new Int32Array(new SharedArrayBuffer(SAMPLING_WORDS * Int32Array.BYTES_PER_ELEMENT));
  private readonly port: MessagePort;
  private readonly worker: NodeWorker;
  private readonly takeOut: () => void;
  private asked = 0;
  private last: Flushed;
  private isOver = false;

  /** @param closed called when the last profiler is closed */
  constructor(
    { hz, file, isKernelCpu }: CpuStacksOptions,
    private readonly closed: () => void,
  ) {
    this.last = { id: 0, pprof: new Uint8Array(0), account: { ...NOTHING_SAMPLED, hz } };
    const { port1, port2 } = new MessageChannel();
    const plan: SamplingPlan = {
      ring: this.ring,
      state: this.state,
      hz,
      file,
      takesReadings: isKernelCpu,
      tid: processId,
      channel: CHANNEL,
    };
    this.takeOut = aroundProcessEvents({
      isHidden: (event, argument) => event === 'worker' && argument === this.worker,
      // Where there is a file, nobody asks for the profile any more.
      ended: () => this.end({ wantsPprof: file === null }),
    });
    try {
      this.worker = startOwnThread({
        file: 'sampling-thread.js',
        name: SAMPLING_THREAD_NAME,
        data: { plan, port: port2 },
        port: port2,
      });
    } catch (error) {
      this.takeOut();
      throw error;
    }
    // Without a listener its error would be the program's.
    this.worker.on('error', (error) => {
      Atomics.store(this.state, SAMPLING_STATE.phase, PHASE.over);
      this.miss(`the sampling thread has failed, ${(error as Error).message}`);
    });
    this.port = port1;
    this.port.unref();
    // What runs before would be in no sample: on a machine that is busy the thread may need most of a second.
    const deadline = wallNs() + LONGEST_START_NS;
    awaitWord(this.state, SAMPLING_STATE.begun, 1, () => wallNs() > deadline || this.hasFailed());
  }

  get account(): SamplingAccount {
    return this.last.account;
  }

  idOf(label: string): number {
    return this.ids.idOf(label);
  }

  read(): Flushed {
    if (!this.isOver) this.flush({ isLast: false, wantsPprof: true });
    return this.last;
  }

  release(): Flushed | null {
    if (--this.users > 0) return null;
    this.closed();
    this.end({ wantsPprof: true });
    this.takeOut();
    this.worker.terminate();
    this.port.close();
    return this.last;
  }

  private end({ wantsPprof }: { readonly wantsPprof: boolean }): void {
    if (this.isOver) return;
    this.flush({ isLast: true, wantsPprof });
    this.isOver = true;
  }

  private flush({ isLast, wantsPprof }: { readonly isLast: boolean; readonly wantsPprof: boolean }): void {
    const { phase, answered } = SAMPLING_STATE;
    const isTooEarly =
      isLast && Atomics.compareExchange(this.state, phase, PHASE.starting, PHASE.over) === PHASE.starting;
    if (isTooEarly) this.miss('the sampling thread had not started when the program ended');
    if (Atomics.load(this.state, phase) !== PHASE.connected) return;
    const id = ++this.asked;
    this.port.postMessage({ type: 'flush', id, isLast, wantsPprof });
    const deadline = wallNs() + LONGEST_WAIT_NS;
    const isAnswered = awaitWord(this.state, answered, id, () => wallNs() > deadline || this.hasFailed());
    if (!isAnswered) this.miss(`the sampling thread did not answer within ${LONGEST_WAIT_NS / 1e9} s`);
    else this.takeAnswers();
  }

  private takeAnswers(): void {
    for (let got = receiveMessageOnPort(this.port); got !== undefined; got = receiveMessageOnPort(this.port)) {
      this.last = got.message as Flushed;
    }
  }

  private miss(why: string): void {
    const { account } = this.last;
    this.last = { ...this.last, account: { ...account, missing: account.missing ?? why } };
  }

  private hasFailed(): boolean {
    return Atomics.load(this.state, SAMPLING_STATE.phase) === PHASE.over;
  }
}

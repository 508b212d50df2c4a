import type { ExitStatus } from '../os/exit-status.js';
import { readMemoryCgroup } from '../os/oom-kills.js';
import { readProcessUsage } from '../os/process-usage.js';
import type { Failure, LastMemory } from './failure.js';
import type { InputEvent, UnhandledEvent } from './input-event.js';
import { InputRecord } from './input-record.js';
import { readLastMoments, removeRecorder } from './last-moments.js';
import { heldMemoryOf } from './live-stacks.js';
import { endOf, failureOfEnding } from './process-ending.js';
import type { RecordFolder } from './record-folder.js';
import type { NamedInput } from './record-paths.js';
import type { AbortReason, InputResult } from './worker-messages.js';
import type { InputEnd, WorkerProcess } from './worker-process.js';

export interface InputLimits {
  /** Most time an input may take; null for any. */
  readonly timeoutMs: number | null;
  /** How long it may go on when it is told to stop. */
  readonly graceMs: number;
}

export interface InputRun {
  /** Unhandled where the process ended before the input was begun: the input has no end yet. */
  readonly event: InputEvent | UnhandledEvent;
  readonly isWorkerUsable: boolean;
}

/** Time added to the grace before the process is killed. If its event loop runs, it ends the input itself by then. */
const KILL_AFTER_MS = 1000;

/** Where a process leaves what tells of its last moments; null for nowhere. */
interface LeftBehind {
  readonly recorderPath: string | null;
  readonly stacksFolder: string | null;
}

/** An input in its process, until its record is in the folder. */
export class RunningInput {
  readonly input: string;
  readonly startedAtMs = performance.now();
  readonly #record: InputRecord;
  readonly #oomKillsBefore = readMemoryCgroup()?.oom_kills ?? null;
  /** All are cleared when the input ends. */
  readonly #timers: NodeJS.Timeout[] = [];
  #aborted: { readonly reason: AbortReason; readonly message: string } | null = null;
  #memory: LastMemory | null = null;
  #isRunning = true;
  /** A record that is being written meanwhile. The last record waits for it: it must be the one that stays. */
  #flushing: Promise<void> = Promise.resolve();

  constructor(
    named: NamedInput,
    readonly worker: WorkerProcess,
    readonly left: LeftBehind,
    folder: RecordFolder,
    readonly limits: InputLimits,
  ) {
    this.input = named.input;
    this.#record = new InputRecord(named, folder);
  }

  /** The memory of the process from outside, at the last `look`; null before. */
  get memory(): LastMemory | null {
    return this.#memory;
  }

  /** Reads the memory of the process. */
  look(): void {
    this.#memory = memoryOf(this.worker) ?? this.#memory;
  }

  /**
   * Runs the input to its end.
   * @throws {RecordWriteError} where its record cannot be written
   */
  async run(): Promise<InputRun> {
    const { timeoutMs } = this.limits;
    if (timeoutMs !== null) {
      const expire = () => this.abort('timeout', `took longer than ${timeoutMs / 1000} s`);
      this.#timers.push(setTimeout(expire, timeoutMs));
    }
    const end = await this.worker.run({
      input: this.input,
      temporaryPath: this.#record.temporaryPath,
      recorderPath: this.left.recorderPath,
    });
    for (const timer of this.#timers) clearTimeout(timer);
    this.#isRunning = false;
    await this.#flushing;
    if (end.type === 'ending' && !end.hasBegun) return { event: endBetweenInputs(end.status), isWorkerUsable: false };
    if (end.type === 'ending') return { event: await this.#settleEnding(end), isWorkerUsable: false };
    return { event: await this.#settle(end.result), isWorkerUsable: !end.isLast };
  }

  /** Tells the input to stop, and kills its process if it has not stopped after the grace. The first reason counts. */
  abort(reason: AbortReason, message: string): void {
    if (this.#aborted !== null) return;
    this.#aborted = { reason, message };
    const { graceMs } = this.limits;
    this.worker.abort({ reason, message, graceMs });
    const kill = () => {
      this.look();
      this.worker.kill();
    };
    this.#timers.push(setTimeout(kill, graceMs + KILL_AFTER_MS));
  }

  /** Writes a record with what is known now. The input goes on, and has its own record in the end. */
  flush(message: string): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#flush(message));
    return this.#flushing;
  }

  async #flush(message: string): Promise<void> {
    if (!this.#isRunning || (await this.#record.hasGood())) return;
    this.look();
    const moments = readLastMoments(this.left.recorderPath);
    const last = moments?.last ?? this.#memory;
    const failure: Failure = {
      kind: 'unfinished',
      message,
      ...(moments === null ? {} : { open: moments.open }),
      ...(last === null ? {} : { last }),
    };
    // An error here does not end the run: if the disk is still full in the end, the input's own record tells.
    const profile = moments && this.worker.threads.addTo(moments.profile);
    await this.#record.writeFailure(failure, profile).catch(() => {});
  }

  async #settle(result: InputResult): Promise<InputEvent> {
    const { input } = this;
    if (result.state === 'unwritten') {
      await this.#record.discard();
      throw this.#record.writeError(result.reason);
    }
    if (result.state === 'unfinished' && (await this.#record.hasGood())) await this.#record.discard();
    else await this.#record.commit();
    const { state, profile } = result;
    if (state === 'unfinished') return { type: 'left', input };
    return state === 'done'
      ? { type: 'done', input, profile }
      : { type: 'failed', input, failure: result.failure, profile };
  }

  /** The process has ended while the input ran. */
  async #settleEnding({ status, isCutOff, stderr }: Extract<InputEnd, { type: 'ending' }>): Promise<InputEvent> {
    const { input } = this;
    const { recorderPath, stacksFolder } = this.left;
    await this.#record.discard();
    const moments = readLastMoments(recorderPath, status.signal);
    const failure = failureOfEnding({
      status,
      aborted: this.#aborted,
      isCutOff,
      moments,
      memory: this.#memory,
      oomKills: this.#oomKills(),
      stderr,
    });
    const held = heldMemoryOf(stacksFolder, this.worker.pid);
    const profile = moments && this.worker.threads.addTo(moments.profile);
    const isLeft = failure.kind === 'unfinished';
    // Nobody inspects the recorder of an input that will be redone. Any other is kept until the record is complete.
    if (isLeft) removeRecorder(recorderPath);
    if (!isLeft || !(await this.#record.hasGood())) {
      await this.#record.writeFailure({ ...failure, ...held }, profile);
    }
    if (isLeft) return { type: 'left', input };
    removeRecorder(recorderPath);
    return { type: 'failed', input, failure, profile };
  }

  #oomKills(): number | null {
    const now = readMemoryCgroup()?.oom_kills ?? null;
    return now === null || this.#oomKillsBefore === null ? null : now - this.#oomKillsBefore;
  }
}

/** Something that an earlier input left behind has ended the process. The input that was next is not to blame. */
function endBetweenInputs(status: ExitStatus): UnhandledEvent {
  const kind = status.signal === null ? 'exit' : 'signal';
  return { type: 'unhandled', failure: { kind, message: endOf(status) } };
}

function memoryOf({ pid }: WorkerProcess): LastMemory | null {
  const usage = pid === undefined ? null : readProcessUsage(pid);
  if (usage === null) return null;
  return { rss_kb: usage.rssKib, rss_kb_peak: usage.peakRssKib, native_kb: null, rss_kb_per_s: null };
}

import type { Report } from '../model/report.js';
import type { ExitStatus } from '../os/exit-status.js';
import { readMemoryCgroup } from '../os/memory-cgroup.js';
import { readProcessUsage } from '../os/process-usage.js';
import type { Failure, LastMemory } from './failure.js';
import { readLastMoments, removeRecorder } from './last-moments.js';
import { endOf, failureOfEnding } from './process-ending.js';
import { failureLine } from './record.js';
import type { RecordFolder } from './record-folder.js';
import { type NamedInput, readExisting } from './record-paths.js';
import type { AbortReason, InputResult } from './worker-messages.js';
import type { InputEnd, WorkerProcess } from './worker-process.js';

export interface InputLimits {
  /** Most time it may take; null for any. */
  readonly timeoutMs: number | null;
  /** How long it may go on when it is told to stop. */
  readonly graceMs: number;
}

/** What became of an input. Its record is in its place. */
export type InputEvent =
  | { readonly type: 'done'; readonly input: string; readonly profile: Report | null }
  | { readonly type: 'failed'; readonly input: string; readonly failure: Failure; readonly profile: Report | null }
  /** The run was told to stop before it was done. */
  | { readonly type: 'left'; readonly input: string };

/** An error that came up between two inputs. */
export interface UnhandledEvent {
  readonly type: 'unhandled';
  readonly failure: Failure;
}

export interface InputRun {
  /** Unhandled where the process ended before the input was begun: the input has no end yet. */
  readonly event: InputEvent | UnhandledEvent;
  readonly isWorkerUsable: boolean;
}

/** Beyond the grace: while its event loop turns, the process itself makes an end then. */
const KILL_AFTER_MS = 1000;

/** An input in its process, until its record is in its place. */
export class RunningInput {
  readonly input: string;
  readonly startedAtMs = performance.now();
  readonly #recordName: string;
  readonly #temporaryPath: string;
  readonly #oomKillsBefore = readMemoryCgroup()?.oom_kills ?? null;
  /** None outlives the input. */
  readonly #timers: NodeJS.Timeout[] = [];
  #aborted: { readonly reason: AbortReason; readonly message: string } | null = null;
  #memory: LastMemory | null = null;
  #isRunning = true;
  /** What is being written for it meanwhile: its record must not be overtaken by it. */
  #flushing: Promise<void> = Promise.resolve();

  /** @param recorderPath null for no recorder */
  constructor(
    { input, recordName }: NamedInput,
    readonly worker: WorkerProcess,
    readonly recorderPath: string | null,
    readonly folder: RecordFolder,
    readonly limits: InputLimits,
  ) {
    this.input = input;
    this.#recordName = recordName;
    this.#temporaryPath = folder.temporaryPath();
  }

  /** From outside, as of the last `look`; null before. */
  get memory(): LastMemory | null {
    return this.#memory;
  }

  /** Reads the memory of its process. */
  look(): void {
    this.#memory = memoryOf(this.worker) ?? this.#memory;
  }

  /**
   * Runs it to its end.
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
      temporaryPath: this.#temporaryPath,
      recorderPath: this.recorderPath,
    });
    for (const timer of this.#timers) clearTimeout(timer);
    this.#isRunning = false;
    await this.#flushing;
    if (end.type === 'ending' && !end.hasBegun) return { event: endBetweenInputs(end.status), isWorkerUsable: false };
    if (end.type === 'ending') return { event: await this.#settleEnding(end), isWorkerUsable: false };
    return { event: await this.#settle(end.result), isWorkerUsable: !end.isLast };
  }

  /** Tells it to stop, and ends its process where it does not within the grace. The first reason counts. */
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

  /** Writes a record with what is known of it now. It goes on, and has its own record in the end. */
  flush(message: string): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#flush(message));
    return this.#flushing;
  }

  async #flush(message: string): Promise<void> {
    if (!this.#isRunning || (await this.#hasGoodRecord())) return;
    this.look();
    const moments = readLastMoments(this.recorderPath);
    const last = moments?.last ?? this.#memory;
    const failure: Failure = {
      kind: 'unfinished',
      message,
      ...(moments === null ? {} : { open: moments.open }),
      ...(last === null ? {} : { last }),
    };
    const line = failureLine(this.input, failure, moments?.profile);
    // That a disk is full its own record will tell; until then it goes on.
    await this.folder.write(this.#recordName, line).catch(() => {});
  }

  async #settle(result: InputResult): Promise<InputEvent> {
    const { input, folder } = this;
    if (result.state === 'unwritten') {
      await folder.discard(this.#temporaryPath);
      throw folder.writeError(this.#recordName, result.reason);
    }
    if (result.state === 'unfinished' && (await this.#hasGoodRecord())) await folder.discard(this.#temporaryPath);
    else await folder.commit(this.#temporaryPath, this.#recordName);
    const { state, profile } = result;
    if (state === 'unfinished') return { type: 'left', input };
    return state === 'done'
      ? { type: 'done', input, profile }
      : { type: 'failed', input, failure: result.failure, profile };
  }

  /** Its process has ended under it. */
  async #settleEnding({ status, isCutOff, stderr }: Extract<InputEnd, { type: 'ending' }>): Promise<InputEvent> {
    const { input, folder, recorderPath } = this;
    await folder.discard(this.#temporaryPath);
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
    const profile = moments?.profile ?? null;
    const isLeft = failure.kind === 'unfinished';
    // Of an input that will be done anew nobody looks into it. Else not before all that it holds is in the record.
    if (isLeft) removeRecorder(recorderPath);
    if (!isLeft || !(await this.#hasGoodRecord())) {
      await folder.write(this.#recordName, failureLine(input, failure, profile ?? undefined));
    }
    if (isLeft) return { type: 'left', input };
    removeRecorder(recorderPath);
    return { type: 'failed', input, failure, profile };
  }

  /** Of an earlier run: it is worth more than that of an input which was stopped. */
  async #hasGoodRecord(): Promise<boolean> {
    return (await readExisting(this.folder, this.#recordName, this.input)).state === 'good';
  }

  #oomKills(): number | null {
    const now = readMemoryCgroup()?.oom_kills ?? null;
    return now === null || this.#oomKillsBefore === null ? null : now - this.#oomKillsBefore;
  }
}

/** What an input left behind has ended the process before the next one was begun, which is not to blame. */
function endBetweenInputs(status: ExitStatus): UnhandledEvent {
  const kind = status.signal === null ? 'exit' : 'signal';
  return { type: 'unhandled', failure: { kind, message: endOf(status) } };
}

function memoryOf({ pid }: WorkerProcess): LastMemory | null {
  const usage = pid === undefined ? null : readProcessUsage(pid);
  if (usage === null) return null;
  return { rss_kb: usage.rssKib, rss_kb_peak: usage.peakRssKib, native_kb: null, rss_kb_per_s: null };
}

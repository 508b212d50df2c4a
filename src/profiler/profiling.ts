import { Accounting, type Totals } from '../accounting/accounting.js';
import { pushHandle } from '../accounting/handles.js';
import { CALL_STATE, type OpenCall } from '../accounting/open-calls.js';
import { attributionState, type ExactMeans, NO_SLICES } from '../attribution/attribution-state.js';
import { type Frame, StageContext } from '../attribution/context.js';
import { Execution } from '../attribution/execution.js';
import { findExecutionHooks, installExecutionHooks } from '../attribution/execution-hooks.js';
import { type PromiseKind, promiseKind } from '../attribution/promise-kinds.js';
import { Object, RangeError, Symbol } from '../host/intrinsics.js';
import { nodeVersion, processId, threadId } from '../host/process.js';
import { type ProfilerSettings, resolveOptions, type StageProfilerOptions } from '../model/options.js';
import type { Profiler, Stage } from '../model/profiler.js';
import { kibOf, secondsOf } from '../model/quantities.js';
import type { Sampler } from '../model/sampler.js';
import { type Sources, TRACKER_METHOD } from '../model/sources.js';
import type { StageCost } from '../model/stage-cost.js';
import type { ClosedCall } from '../model/stage-message.js';
import { formatWarning } from '../model/warnings.js';
import { maskOf } from '../native/native-sampler.js';
import { openSampler } from '../native/open-sampler.js';
import { slurmIdentity } from '../os/slurm.js';
import { collectMetadata } from '../recorder/metadata.js';
import { openRecorder } from '../recorder/open-recorder.js';
import type { Recorder } from '../recorder/recorder.js';
import type { HeaderFacts, MeasuredRows } from '../report/build.js';
import { composeKib } from '../report/composition.js';
import { exactUse } from '../report/exact-use.js';
import { countIndex, PlainMemory } from '../store/state-memory.js';
import { openThreads, type ThreadReadings } from '../threads/thread-cpu.js';
import { announceClose, announceOpen, stageClose, stageOpen } from './stage-channels.js';
import { UsageWarnings } from './usage-warnings.js';

/** What a test puts in place of the real thing. */
export interface ProfilerParts {
  readonly sampler?: Sampler;
  readonly stageCost?: StageCost;
  readonly threads?: ThreadReadings;
  /** What is to be among the warnings of its reports. */
  readonly remarks?: readonly string[];
  /** Called once, where the recorder is given up while the program runs: what comes later is not in it. */
  readonly recorderLost?: () => void;
  /** Is handed what nothing reaches from the profiler. */
  readonly seen?: (accounting: Accounting) => void;
}

interface Measured {
  readonly facts: HeaderFacts;
  readonly rows: MeasuredRows;
}

/**
 * What a profiler is made of. Apart from the object that the program has: to freeze that one, and all that can be reached
 * from it, must not stop the measuring.
 */
export class Profiling {
  readonly settings: ProfilerSettings;
  readonly accounting: Accounting;
  /** By `COUNTS`. */
  readonly counts: Float64Array;
  readonly threadReadings: ThreadReadings;
  readonly knownCost: StageCost | undefined;
  /** What `report` answers after `close`. */
  final: Measured | null = null;
  closed = false;
  /** Calls may be in a state that says so. See `CALL_STATE`. */
  hasLeft = false;
  private readonly sampler: Sampler;
  private readonly context: StageContext;
  /** Null where costs are charged by the ends of calls alone. */
  private readonly execution: Execution | null = null;
  private readonly removeHooks: (() => void) | null = null;
  private readonly exactMeans: ExactMeans | null = null;
  private readonly usage: UsageWarnings;
  private readonly recorder: Recorder | null = null;
  /** Why there is no recorder though one was asked for. */
  private readonly noRecorder: string | null = null;
  private readonly remarks: readonly string[];

  /** @param profiler what subscribers are told that a stage is of */
  constructor(
    private readonly profiler: Profiler,
    options: StageProfilerOptions,
    parts: ProfilerParts,
  ) {
    this.settings = resolveOptions(options);
    this.knownCost = parts.stageCost;
    this.remarks = parts.remarks ?? [];
    if (this.settings.recorder !== null) {
      // Rows of `(other)` come on top of the labels, at most one each, and one for no stage.
      const opened = openRecorder(this.settings.recorder, 2 * this.settings.maxLabels + 1);
      this.recorder = opened.recorder;
      if (opened.recorder === null) this.noRecorder = opened.reason;
    }
    const memory = this.recorder ?? new PlainMemory();
    this.sampler = parts.sampler ?? openSampler(this.settings.sampler, memory.sample);
    this.counts = memory.counts;
    this.usage = new UsageWarnings(memory.counts);
    const hooks = this.settings.attribution === 'exact' ? findExecutionHooks() : null;
    const place = hooks === null ? null : hooks.place;
    this.accounting = new Accounting(this.sampler, this.settings, place !== null, memory);
    parts.seen?.(this.accounting);
    this.context = new StageContext(this.accounting.calls);
    this.threadReadings = parts.threads ?? openThreads(this.settings);
    const { slices } = this.accounting;
    this.exactMeans = slices === null && place !== null ? { missing: NO_SLICES } : hooks;
    this.recorder?.begin(
      collectMetadata(this.sources(), this.accounting.startSample, this.remarks),
      maskOf(this.settings.sampler),
    );
    if (this.recorder !== null) this.recorder.onLost = parts.recorderLost ?? null;
    if (place === null || slices === null) return;
    this.execution = new Execution(this.context.root, slices);
    this.removeHooks = installExecutionHooks(place, this.context, this.execution);
    this.sampler.watchLoop();
  }

  /** @throws whatever fails; the call then stays open, as one that was left */
  begin(label: string): OpenCall {
    if (this.hasLeft) this.takeOutLeft(null);
    const caller = this.context.current();
    const call = this.open(label, caller);
    this.hasLeft = true;
    call.caller = caller;
    const frame = this.context.enter(call, caller);
    call.context = frame;
    this.accounting.enter(call);
    if (this.execution !== null) this.execution.resume(frame);
    call.state = CALL_STATE.running;
    this.hasLeft = false;
    return call;
  }

  /**
   * Ends a call whose function has returned.
   *
   * @returns what the program is given: the result, or a promise that stands for it
   */
  end(call: OpenCall, result: unknown): unknown {
    if (typeof result === 'object' && result !== null) {
      const kind = promiseKind(result);
      if (kind !== undefined) return this.endWhenSettled(call, result, kind);
    }
    this.finish(call, false, undefined);
    return result;
  }

  /** Ends a call whose function has thrown. */
  endThrown(call: OpenCall, error: unknown): void {
    this.finish(call, true, error);
  }

  private finish(call: OpenCall, failed: boolean, error: unknown): void {
    if (this.closed) return;
    const closed: ClosedCall[] | null = stageClose.hasSubscribers ? [] : null;
    if (this.hasLeft) this.takeOutLeft(closed);
    this.accounting.finish(call, failed, closed);
    const caller = call.caller as Frame;
    // What runs next is the caller's: at the same sample, so that returning to it reads nothing.
    if (this.execution !== null) this.execution.resume(caller);
    this.context.leave(caller);
    if (closed !== null) announceClose(closed, this.profiler, error);
  }

  /**
   * Has the call end when the promise settles.
   *
   * The program is given the promise that is derived here, if it is a plain one: it settles with the same value or
   * reason, and a rejection nobody handles stays unhandled. The original would have every rejection marked as handled.
   * A promise of a class of its own, or with properties as those of `promisify(exec)`, carries more than its result and
   * is returned itself.
   */
  private endWhenSettled(call: OpenCall, promise: object, { prototype, wait }: PromiseKind): unknown {
    if (this.closed) return promise;
    const { moment } = call;
    const frame = call.context as Frame;
    if (frame.handle !== null) this.usage.keptAcrossAwait(frame.handle);
    const plain = Object.getPrototypeOf(promise) === prototype && Object.keys(promise).length === 0;
    let derived: unknown;
    try {
      derived = wait(
        promise,
        (value: unknown) => {
          this.finishSettled(call, moment, false, undefined);
          return value;
        },
        (reason: unknown) => {
          this.finishSettled(call, moment, true, reason);
          if (plain) throw reason;
        },
      );
    } catch {
      // `then` makes a promise of the same class, and that class refused: its settling cannot be seen.
      this.finish(call, false, undefined);
      return promise;
    }
    this.leaveRunning(call);
    return plain && Object.getPrototypeOf(derived) === prototype ? derived : promise;
  }

  private finishSettled(call: OpenCall, moment: number, failed: boolean, error: unknown): void {
    try {
      if (this.closed || call.moment !== moment) return;
      const closed: ClosedCall[] | null = stageClose.hasSubscribers ? [] : null;
      if (this.hasLeft) this.takeOutLeft(closed);
      this.accounting.finish(call, failed, closed);
      if (this.execution !== null) this.execution.resume(this.context.current());
      if (closed !== null) announceClose(closed, this.profiler, error);
    } catch (fault) {
      if (call.moment === moment) call.state = failed ? CALL_STATE.threw : CALL_STATE.returned;
      this.hasLeft = true;
      this.counts[fault instanceof RangeError ? OUT_OF_STACK : NOT_MEASURED]!++;
    }
  }

  /** The function of the call is done, the call is not. */
  private leaveRunning(call: OpenCall): void {
    const caller = call.caller as Frame;
    if (this.execution !== null) this.execution.enter(caller);
    this.context.leave(caller);
  }

  /** @throws whatever fails; the call then stays open, as one that was left */
  beginHandle(label: string): Stage {
    if (this.hasLeft) this.takeOutLeft(null);
    const frame = this.context.current();
    const call = this.open(label, frame);
    this.hasLeft = true;
    pushHandle(frame, call);
    this.usage.handleOpened(call);
    const handle = new OpenStage(this, frame, call);
    this.accounting.enter(call);
    if (this.execution !== null) this.execution.resume(frame);
    call.state = CALL_STATE.running;
    this.hasLeft = false;
    return handle;
  }

  endHandle(frame: Frame, call: OpenCall): void {
    if (this.closed) return;
    const closed: ClosedCall[] | null = stageClose.hasSubscribers ? [] : null;
    if (this.hasLeft) this.takeOutLeft(closed);
    const { handleBelow: below, handleAbove: above } = call;
    this.accounting.finish(call, false, closed);
    // As `removeHandle`, which might fail: the call is closed, and nothing may be opened under it.
    if (below !== null) below.handleAbove = above;
    if (above !== null) above.handleBelow = below;
    else frame.handle = below;
    call.handleIn = null;
    if (above !== null) this.usage.handleEndedOutOfOrder();
    if (this.execution !== null) this.execution.resume(this.context.current());
    if (closed !== null) announceClose(closed, this.profiler, undefined);
  }

  /** Takes out the calls that their stages have left, and comes back to the context that is theirs no more. */
  private takeOutLeft(closed: ClosedCall[] | null): void {
    const current = this.context.current();
    let frame = current;
    while (frame.outer !== null && !frame.hasEnded && frame.call.state !== CALL_STATE.running) frame = frame.outer;
    if (frame !== current) this.context.leave(frame);
    this.accounting.takeOutLeft(closed);
    this.hasLeft = false;
  }

  close(): void {
    if (this.closed) return;
    this.final = this.measure();
    this.closed = true;
    this.removeHooks?.();
    this.context.close();
    this.recorder?.close();
    this.sampler.close();
    this.threadReadings.close();
  }

  private open(label: string, frame: Frame): OpenCall {
    return stageOpen.hasSubscribers ? this.openAnnounced(label, frame) : this.openSilently(label, frame);
  }

  /** Told before anything is opened: what subscribers use is the caller's. */
  private openAnnounced(label: string, frame: Frame): OpenCall {
    const { labels } = this.accounting;
    const { path } = labels.child((frame.handle ?? frame).node, label);
    const message = announceOpen(path, this.profiler, (frame.handle ?? frame.nearestOpen()).message);
    const call = this.openSilently(label, frame);
    call.message = message;
    return call;
  }

  private openSilently(label: string, frame: Frame): OpenCall {
    const { accounting } = this;
    const { handle } = frame;
    if (handle !== null) {
      const node = accounting.labels.child(handle.node, label);
      this.usage.openedUnder(handle);
      return accounting.open(node, handle);
    }
    // Under a context whose call has ended, the label is still that call's, the open parent is further out.
    const node = accounting.labels.child(frame.node, label);
    if (frame.hasEnded) this.usage.stageStartedLate();
    return accounting.open(node, frame.nearestOpen());
  }

  measure(): Measured {
    const totals = this.accounting.measureTotals();
    return {
      facts: this.facts(totals),
      rows: {
        stages: this.accounting.rowsWithOpenCalls(),
        life: this.accounting.life(),
        modules: this.sampler.modules(),
      },
    };
  }

  private facts({ total, outside, rssBytes, slices }: Totals): HeaderFacts {
    const sources = this.sources();
    const composition = this.sampler.composition();
    const slurm = slurmIdentity();
    return {
      total_wall_s: secondsOf(total.wallNs) ?? 0,
      total_cpu_s: secondsOf(total.cpuNs),
      outside_wall_s: secondsOf(outside.wallNs) ?? 0,
      outside_cpu_s: secondsOf(outside.cpuNs),
      rss_kb_now: kibOf(rssBytes),
      rss_kb_peak: kibOf(this.sampler.lifetimePeakRssBytes()),
      composition: composition && composeKib(composition),
      exact: slices && exactUse(slices),
      js_memory_traced: sources.js_peak.truth === 'exact',
      native_memory_traced: sources.native.method === TRACKER_METHOD,
      sources,
      labels_folded: this.accounting.labels.foldedLabels,
      warnings: this.warnings(),
      node: nodeVersion,
      pid: processId,
      thread: threadId,
      stages_wall_s: secondsOf(total.wallNs - outside.wallNs) ?? 0,
      ...(slurm === undefined ? {} : { slurm }),
      ...(this.settings.threads ? { threads: this.threadReadings.read() } : {}),
    };
  }

  private warnings(): string[] {
    const warnings = [...this.remarks, ...this.usage.warnings()];
    if (this.noRecorder !== null) warnings.push(formatWarning(`no recorder, ${this.noRecorder}`, 1));
    return [...warnings, ...(this.recorder?.warnings() ?? [])];
  }

  private sources(): Sources {
    return {
      ...this.sampler.sources(),
      attribution: attributionState(this.settings.attribution, this.exactMeans),
    };
  }
}

/** No value for another thread: to send a profiler or a handle there fails, instead of making an empty object of it. */
export const OF_THIS_THREAD: unique symbol = Symbol('of this thread') as never;

class OpenStage implements Stage {
  readonly label: string;
  /** @internal */
  readonly thread = OF_THIS_THREAD;
  #profiling: Profiling | null;
  readonly #frame: Frame;
  readonly #call: OpenCall;

  constructor(profiling: Profiling, frame: Frame, call: OpenCall) {
    this.label = call.node.path;
    this.#profiling = profiling;
    this.#frame = frame;
    this.#call = call;
  }

  end(): void {
    const profiling = this.#profiling;
    if (profiling === null) return;
    this.#profiling = null;
    try {
      profiling.endHandle(this.#frame, this.#call);
    } catch (fault) {
      this.#call.state = CALL_STATE.returned;
      profiling.hasLeft = true;
      profiling.counts[fault instanceof RangeError ? OUT_OF_STACK : NOT_MEASURED]!++;
    }
  }

  [Symbol.dispose](): void {
    this.end();
  }
}

export const OUT_OF_STACK = countIndex.out_of_stack;
export const NOT_MEASURED = countIndex.not_measured;

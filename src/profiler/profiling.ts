import { Accounting } from '../accounting/accounting.js';
import { CALL_STATE, type OpenCall } from '../accounting/open-call.js';
import { NO_THREAD_USE } from '../attribution/attribution-state.js';
import { type Frame, StageContext } from '../attribution/context.js';
import { Execution } from '../attribution/execution.js';
import { findExecutionHooks, installExecutionHooks } from '../attribution/execution-hooks.js';
import { pushHandle, removeHandle } from '../attribution/handles.js';
import { type PromiseKind, promiseKind, standIn } from '../attribution/promise-kinds.js';
import { RangeError } from '../host/intrinsics.js';
import { needStack } from '../host/stack-room.js';
import { type ProfilerSettings, resolveOptions, type StageProfilerOptions } from '../model/options.js';
import type { Profiler, Stage } from '../model/profiler.js';
import type { Sampler } from '../model/sampler.js';
import type { ClosedCall } from '../model/stage-message.js';
import { maskOf } from '../native/native-sampler.js';
import { openSampler } from '../native/open-sampler.js';
import { collectMetadata } from '../recorder/metadata.js';
import type { StageWord } from '../stacks/native-stacks.js';
import { openThreads, type ThreadReadings } from '../threads/thread-cpu.js';
import { LeftCalls } from './left-calls.js';
import { MeasuredRun } from './measured-run.js';
import { OpenStage } from './open-stage.js';
import { OptionalRecorder } from './optional-recorder.js';
import { OwnCost } from './own-cost.js';
import type { ProfilerParts } from './profiler-parts.js';
import { SampledStacks } from './sampled-stacks.js';
import { announceClose, isTelling, stageClose } from './stage-channels.js';
import { StageOpener } from './stage-opener.js';
import { type Fault, NOT_MEASURED, OUT_OF_STACK } from './unmeasured.js';
import { UsageWarnings } from './usage-warnings.js';

// A member of what another module exports takes interpreted JS two loads more than a constant of this one.
const RUNNING = CALL_STATE.running;

/**
 * What a profiler is made of. It stands apart from the object that the program has: freezing that object, and all that
 * can be reached from it, must not stop the measuring.
 *
 * Everything here but the constructor and `close` is on the hot path; `MeasuredRun` has what a report asks for.
 */
export class Profiling {
  readonly settings: ProfilerSettings;
  readonly accounting: Accounting;
  readonly measuredRun: MeasuredRun;
  /** By `COUNTS`. */
  readonly counts: Float64Array;
  readonly threads: ThreadReadings;
  /** What all this costs. */
  readonly own: OwnCost;
  closed = false;
  /** Calls that have closed, and of which subscribers are still to be told. */
  private readonly untold: ClosedCall[] = [];
  /** Whether some calls may be in a state other than `running`. See `CALL_STATE`. */
  hasLeft = false;
  private readonly sampler: Sampler;
  private readonly context: StageContext;
  /** Null where costs are charged by the ends of calls alone. */
  private readonly execution: Execution | null = null;
  private readonly removeHooks: (() => void) | null = null;
  private readonly usage: UsageWarnings;
  private readonly opener: StageOpener;
  private readonly leftCalls: LeftCalls;
  private readonly recorder: OptionalRecorder;
  readonly stacks: SampledStacks;
  private readonly stageWord: StageWord | null;
  private readonly remarks: readonly string[];

  /** @param profiler what subscribers are told that a stage belongs to */
  constructor(
    private readonly profiler: Profiler,
    options: StageProfilerOptions,
    parts: ProfilerParts,
  ) {
    needStack();
    const settings = resolveOptions(options);
    this.settings = settings;
    this.remarks = parts.remarks ?? [];
    // Rows of `(other)` come on top of the labels, at most one each, and one for no stage.
    this.recorder = new OptionalRecorder(settings.recorder, 2 * settings.maxLabels + 1);
    const { memory } = this.recorder;
    this.sampler = parts.sampler ?? openSampler(settings.sampler, memory.sample);
    this.counts = memory.counts;
    this.usage = new UsageWarnings(memory.counts);
    this.stacks = new SampledStacks(settings, { cpuFile: parts.stacksFile ?? null, recorder: this.recorder.path });
    const isExact = settings.attribution === 'exact';
    const hooks = isExact || this.stacks.areSampled ? findExecutionHooks() : null;
    const location = hooks === null ? null : hooks.location;
    const tellsRunning = isExact && location !== null;
    this.accounting = new Accounting(this.sampler, settings, tellsRunning, memory, parts.callsBefore);
    parts.seen?.(this.accounting);
    this.own = new OwnCost(this.accounting, memory.counts);
    this.opener = new StageOpener(profiler, this.accounting, this.usage);
    this.context = new StageContext(this.accounting.calls);
    this.leftCalls = new LeftCalls(this.accounting, this.context);
    this.threads = parts.threads ?? openThreads(settings);
    const { selfTimes } = this.accounting;
    this.measuredRun = new MeasuredRun(this.accounting, {
      settings,
      threads: this.threads,
      exactMeans: selfTimes === null && location !== null ? { missing: NO_THREAD_USE } : hooks,
      stacks: () => this.stacks.states(),
      warnings: () => this.warnings(),
    });
    this.recorder.begin(
      () => collectMetadata(this.measuredRun.sources(), this.accounting.start, this.remarks),
      maskOf(settings.sampler),
      parts.recorderLost ?? null,
    );
    const log = this.stacks.openLog(this.sampler, this.accounting.labels.root, selfTimes !== null);
    this.stageWord = this.stacks.stageWord;
    if (selfTimes === null && log === null) return;
    this.execution = new Execution(this.context.root, selfTimes, log);
    if (location !== null) this.removeHooks = installExecutionHooks(location, this.context, this.execution);
    if (selfTimes !== null) this.sampler.watchLoop();
  }

  /** @throws whatever fails; the call then stays open, as one that its stage has left */
  begin(label: string): OpenCall {
    const since = --this.own.left <= 0 ? this.own.start() : 0;
    if (this.hasLeft) this.takeOutLeft();
    const current = this.context.current();
    const caller = current.left ? current.notLeft : current;
    const call = this.opener.open(label, caller);
    if (this.stageWord !== null) this.stageWord.opened(call.node);
    // A subscriber of the opening may have left a stage of its own.
    const { hasLeft } = this;
    this.hasLeft = true;
    call.caller = caller;
    const frame = this.context.enter(call, caller);
    call.context = frame;
    this.accounting.enter(call);
    if (this.execution !== null) this.execution.resume(frame);
    if (since !== 0) this.own.opened(since);
    // Last: a step that fails after it would leave a call that nobody takes out.
    call.state = RUNNING;
    this.hasLeft = hasLeft;
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
    const since = --this.own.left <= 0 ? this.own.start() : 0;
    const closed = stageClose.hasSubscribers && !isTelling() ? this.untold : null;
    if (this.hasLeft) this.takeOutLeft();
    this.accounting.finish(call, failed, closed, error);
    const caller = call.caller as Frame;
    // The caller runs next. It does so from the exit sample on: to return to it reads nothing.
    if (this.execution !== null) this.execution.resume(caller);
    this.context.leave(caller);
    if (since !== 0) this.own.closed(since);
    if (closed !== null) announceClose(closed, this.profiler);
  }

  /** Has the call end when the promise settles. */
  private endWhenSettled(call: OpenCall, promise: object, kind: PromiseKind): unknown {
    if (this.closed) return promise;
    const since = --this.own.left <= 0 ? this.own.start() : 0;
    const { moment } = call;
    const frame = call.context as Frame;
    if (frame.handle !== null) this.usage.keptAcrossAwait(frame.handle);
    let given: object;
    try {
      given = standIn(promise, kind, (failed, reason) => this.finishSettled(call, moment, failed, reason));
    } catch {
      // Nobody learns when it settles.
      this.finish(call, false, undefined);
      return promise;
    }
    // Whatever fails from here on, the program is given the derived promise: else a rejection of that one is unhandled.
    let isRunning = true;
    try {
      this.leaveRunning(call);
      isRunning = false;
      if (since !== 0) this.own.waited(since);
    } catch (fault) {
      // Where only the cost was not measured, the call goes on.
      if (!isRunning) return given;
      call.state = CALL_STATE.returned;
      frame.left = true;
      this.hasLeft = true;
      this.counts[(fault as Fault)?.constructor === RangeError ? OUT_OF_STACK : NOT_MEASURED]!++;
    }
    return given;
  }

  private finishSettled(call: OpenCall, moment: number, failed: boolean, error: unknown): void {
    try {
      if (this.closed || call.moment !== moment) return;
      const since = --this.own.left <= 0 ? this.own.start() : 0;
      const closed = stageClose.hasSubscribers && !isTelling() ? this.untold : null;
      if (this.hasLeft) this.takeOutLeft();
      // The call itself may have been one that its stage had left.
      if (call.moment === moment) this.accounting.finish(call, failed, closed, error);
      if (this.execution !== null) this.execution.resume(this.context.current());
      if (since !== 0) this.own.closed(since);
      if (closed !== null) announceClose(closed, this.profiler);
    } catch (fault) {
      if (call.moment === moment) {
        call.state = failed ? CALL_STATE.threw : CALL_STATE.returned;
        call.thrown = error;
      }
      this.hasLeft = true;
      this.counts[(fault as Fault)?.constructor === RangeError ? OUT_OF_STACK : NOT_MEASURED]!++;
    }
  }

  /** The function of the call has returned, and the call goes on. */
  private leaveRunning(call: OpenCall): void {
    const caller = call.caller as Frame;
    if (this.execution !== null) this.execution.enter(caller);
    this.context.leave(caller);
  }

  /** @throws whatever fails; the call then stays open, as one that its stage has left */
  beginHandle(label: string): Stage {
    const since = --this.own.left <= 0 ? this.own.start() : 0;
    if (this.hasLeft) this.takeOutLeft();
    const current = this.context.current();
    const frame = current.left ? current.notLeft : current;
    const call = this.opener.open(label, frame);
    if (this.stageWord !== null) this.stageWord.opened(call.node);
    const { hasLeft } = this;
    this.hasLeft = true;
    pushHandle(frame, call);
    this.usage.handleOpened(call);
    const handle = new OpenStage(this, call);
    this.accounting.enter(call);
    if (this.execution !== null) this.execution.resume(frame);
    if (since !== 0) this.own.opened(since);
    call.state = RUNNING;
    this.hasLeft = hasLeft;
    return handle;
  }

  endHandle(call: OpenCall): void {
    if (this.closed) return;
    const since = --this.own.left <= 0 ? this.own.start() : 0;
    const closed = stageClose.hasSubscribers && !isTelling() ? this.untold : null;
    if (this.hasLeft) this.takeOutLeft();
    // First: once the call is closed, nothing may be opened under it.
    const isInnermost = removeHandle(call.handleIn!, call);
    this.accounting.finish(call, false, closed);
    if (!isInnermost) this.usage.handleEndedOutOfOrder();
    if (this.execution !== null) this.execution.resume(this.context.current());
    if (since !== 0) this.own.closed(since);
    if (closed !== null) announceClose(closed, this.profiler);
  }

  private takeOutLeft(): void {
    this.leftCalls.takeOut(stageClose.hasSubscribers && !isTelling() ? this.untold : null);
    this.hasLeft = false;
  }

  close(): void {
    if (this.closed) return;
    needStack();
    // First, so that the report says how the sampling went.
    this.stacks.close();
    this.measuredRun.finish();
    this.closed = true;
    this.removeHooks?.();
    this.context.close();
    this.recorder.close();
    this.sampler.close();
    this.threads.close();
  }

  private warnings(): string[] {
    return [...this.remarks, ...this.usage.warnings(), ...this.recorder.warnings(), ...this.stacks.warnings()];
  }
}

import { types } from 'node:util';
import { threadId } from 'node:worker_threads';
import { Accounting, type Totals } from './accounting.js';
import { attributionState, type ExactMeans, NO_SLICES } from './attribution.js';
import { type Frame, pushHandle, removeHandle, StageContext } from './context.js';
import { functionError } from './errors.js';
import { Execution } from './execution.js';
import { findExecutionHooks, installExecutionHooks } from './execution-hooks.js';
import { checkLabel } from './labels.js';
import { Misuse } from './misuse.js';
import { maskOf } from './native/native-sampler.js';
import { openSampler } from './native/open-sampler.js';
import type { Sampler } from './native/sampler.js';
import { nullProfiler } from './null-profiler.js';
import type { OpenCall } from './open-calls.js';
import { type ProfilerSettings, resolveOptions, type StageProfilerOptions } from './options.js';
import { collectFacts } from './recorder/facts.js';
import { openRecorder, type Recorder } from './recorder/recorder.js';
import { buildReport, type HeaderFacts, type MeasuredRows } from './report/build.js';
import { composeKib } from './report/composition.js';
import { exactUse } from './report/exact-use.js';
import { kibOf, secondsOf } from './report/quantities.js';
import type { Report } from './report/report.js';
import type { ThreadCpu } from './report/threads.js';
import { formatWarning } from './report/warnings.js';
import { slurmIdentity } from './slurm.js';
import { type Sources, TRACKER_METHOD } from './sources.js';
import { announceClose, announceOpen, type ClosedCall, stageClose, stageOpen, unannounced } from './stage-channels.js';
import { type StageCost, stageCostOf } from './stage-cost.js';
import { PlainMemory } from './state-memory.js';
import { openThreads, type ThreadReadings } from './threads.js';
import type { AnyFunction, Profiler, Stage } from './types.js';

/** What a test puts in place of the real thing. */
export interface ProfilerParts {
  readonly sampler?: Sampler;
  readonly stageCost?: StageCost;
  readonly threads?: ThreadReadings;
  /** What is to be among the warnings of its reports. */
  readonly remarks?: readonly string[];
}

interface Measured {
  readonly facts: HeaderFacts;
  readonly rows: MeasuredRows;
}

/**
 * Measures stages and sums them up by label. See `Profiler` for its methods.
 *
 * @throws {TypeError} `ERR_STAGEPROF_OPTION` for an unknown option or value
 */
export class StageProfiler implements Profiler {
  readonly enabled = true;
  private readonly settings: ProfilerSettings;
  private readonly sampler: Sampler;
  private readonly accounting: Accounting;
  private readonly context: StageContext;
  private readonly threadReadings: ThreadReadings;
  /** Null where costs are charged by the ends of calls alone. */
  private readonly execution: Execution | null = null;
  private readonly removeHooks: (() => void) | null = null;
  private readonly exactMeans: ExactMeans | null = null;
  private readonly knownCost: StageCost | undefined;
  private closed = false;
  /** What `report` answers after `close`. */
  private final: Measured | null = null;
  private readonly misuse: Misuse;
  private readonly recorder: Recorder | null = null;
  /** Why there is no recorder though one was asked for. */
  private readonly noRecorder: string | null = null;
  private readonly remarks: readonly string[];

  constructor(options?: StageProfilerOptions);
  /** @internal */
  constructor(options: StageProfilerOptions, parts: ProfilerParts);
  constructor(options: StageProfilerOptions = {}, parts: ProfilerParts = {}) {
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
    this.misuse = new Misuse(memory.counts);
    const hooks = this.settings.attribution === 'exact' ? findExecutionHooks() : null;
    const place = hooks === null ? null : hooks.place;
    this.accounting = new Accounting(this.sampler, this.settings, place !== null, memory);
    this.context = new StageContext(this.accounting.calls);
    this.threadReadings = parts.threads ?? openThreads(this.settings);
    const { slices } = this.accounting;
    this.exactMeans = slices === null && place !== null ? { missing: NO_SLICES } : hooks;
    this.recorder?.begin(
      collectFacts(this.sources(), this.accounting.startSample, this.remarks),
      maskOf(this.settings.sampler),
    );
    if (place === null || slices === null) return;
    this.execution = new Execution(this.context.root, slices);
    this.removeHooks = installExecutionHooks(place, this.context, this.execution);
    this.sampler.watchLoop();
  }

  stage(label: string): Stage;
  stage<T>(label: string, fn: () => T): T;
  stage<T>(label: string, fn?: () => T): Stage | T {
    if (fn === undefined) return this.openHandle(label);
    if (typeof fn !== 'function') throw functionError('the second argument of stage()', fn);
    return this.run(label, fn);
  }

  wrap<F extends AnyFunction>(label: string, fn: F): F {
    checkLabel(label);
    if (typeof fn !== 'function') throw functionError('the second argument of wrap()', fn);
    // A proxy keeps name, length, properties, prototype and construction as they are, whatever the function is.
    return new Proxy(fn, {
      apply: (target, self, args) => this.run(label, () => Reflect.apply(target, self, args)),
    });
  }

  report(): Report {
    // Before the calibration, whose time is not the program's.
    const { facts, rows } = this.final ?? this.measure();
    const { entered } = this.accounting.labels;
    const cost =
      this.knownCost ??
      (entered.length === 0 ? NO_COST : unannounced(() => stageCostOf(this.settings.sampler, scratchProfiler)));
    return buildReport(facts, entered, rows, cost);
  }

  /**
   * CPU of the process by group of threads since the profiler was made: this thread, other JS threads, V8's helpers,
   * libuv's pool, threads of addons by name. Takes some 6 us a thread.
   */
  threads(): ThreadCpu {
    return this.threadReadings.read();
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

  [Symbol.dispose](): void {
    this.close();
  }

  private openHandle(label: string): Stage {
    if (this.closed) return nullProfiler.stage(label);
    const frame = this.context.current();
    const call = this.open(label, frame);
    pushHandle(frame, call);
    this.misuse.handleOpened(call);
    const handle = new OpenStage(this, frame, call);
    this.accounting.enter(call);
    if (this.execution !== null) this.execution.resume(frame);
    return handle;
  }

  /** @internal for the handle, once */
  endHandle(frame: Frame, call: OpenCall): void {
    if (this.closed) return;
    const closed: ClosedCall[] | null = stageClose.hasSubscribers ? [] : null;
    this.accounting.finish(call, false, closed);
    if (!removeHandle(frame, call)) this.misuse.handleEndedOutOfOrder();
    if (this.execution !== null) this.execution.resume(this.context.current());
    if (closed !== null) announceClose(closed, this, undefined);
  }

  private run<T>(label: string, fn: () => T): T {
    if (this.closed) return fn();
    const outer = this.context.current();
    const call = this.open(label, outer);
    const { moment } = call;
    call.synchronous = true;
    try {
      const result = this.context.run(call, outer, this.enterAndRun, fn) as T;
      if (this.execution !== null) this.execution.enter(outer);
      return result;
    } catch (error) {
      if (!this.closed) {
        const closed: ClosedCall[] | null = stageClose.hasSubscribers ? [] : null;
        if (call.moment === moment) this.accounting.abandon(call, closed);
        if (this.execution !== null) this.execution.enter(outer);
        if (closed !== null) announceClose(closed, this, error);
      }
      throw error;
    }
  }

  private readonly enterAndRun = (call: OpenCall, fn: () => unknown): unknown => {
    this.accounting.enter(call);
    const { execution } = this;
    const frame = this.context.current();
    if (execution !== null) execution.resume(frame);
    const result = fn();
    if (typeof result === 'object' && types.isPromise(result)) {
      if (frame.handle !== null) this.misuse.keptAcrossAwait(frame.handle);
      return this.finishWhenSettled(call, result);
    }
    this.finish(call, false);
    // What runs next is the caller's: at the same sample, so that returning to it reads nothing.
    if (execution !== null && !this.closed) execution.resume(frame.outer ?? frame);
    return result;
  };

  /**
   * Closes the call when the promise settles, and returns the promise for the caller.
   *
   * For a plain promise that is the one derived here: it settles with the same value or reason, and a rejection
   * nobody handles stays unhandled. Returning the original instead would mark every rejection as handled.
   * A promise of another class, or with properties of its own as those of `promisify(exec)`, carries more than its
   * result and is returned itself.
   */
  private finishWhenSettled(call: OpenCall, promise: Promise<unknown>): Promise<unknown> {
    const plain = Object.getPrototypeOf(promise) === Promise.prototype && Object.keys(promise).length === 0;
    call.synchronous = false;
    try {
      const derived = Promise.prototype.then.call(
        promise,
        (value) => {
          this.finish(call, false);
          return value;
        },
        (reason) => {
          this.finish(call, true, reason);
          if (plain) throw reason;
        },
      );
      return plain ? derived : promise;
    } catch {
      // `then` makes a promise of the same class, and that class refused: its settling cannot be seen.
      this.finish(call, false);
      return promise;
    }
  }

  private finish(call: OpenCall, failed: boolean, error?: unknown): void {
    if (this.closed) return;
    const closed: ClosedCall[] | null = stageClose.hasSubscribers ? [] : null;
    this.accounting.finish(call, failed, closed);
    if (this.execution !== null) this.execution.resume(this.context.current());
    if (closed !== null) announceClose(closed, this, error);
  }

  private open(label: string, frame: Frame): OpenCall {
    return stageOpen.hasSubscribers ? this.openAnnounced(label, frame) : this.openSilently(label, frame);
  }

  /** Told before anything is opened: what subscribers use is the caller's. */
  private openAnnounced(label: string, frame: Frame): OpenCall {
    const { labels } = this.accounting;
    const { path } = labels.child((frame.handle ?? frame).node, label);
    const message = announceOpen(path, this, (frame.handle ?? frame.nearestOpen()).message);
    const call = this.openSilently(label, frame);
    call.message = message;
    return call;
  }

  private openSilently(label: string, frame: Frame): OpenCall {
    const { accounting } = this;
    const { handle } = frame;
    if (handle !== null) {
      const node = accounting.labels.child(handle.node, label);
      this.misuse.openedUnder(handle);
      return accounting.open(node, handle);
    }
    // Under a context whose call has ended, the label is still that call's, the open parent is further out.
    const node = accounting.labels.child(frame.node, label);
    if (frame.hasEnded) this.misuse.stageStartedLate();
    return accounting.open(node, frame.nearestOpen());
  }

  private measure(): Measured {
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
      node: process.version,
      pid: process.pid,
      thread: threadId,
      stages_wall_s: secondsOf(total.wallNs - outside.wallNs) ?? 0,
      ...(slurm === undefined ? {} : { slurm }),
      ...(this.settings.threads ? { threads: this.threadReadings.read() } : {}),
    };
  }

  private warnings(): string[] {
    const warnings = [...this.remarks, ...this.misuse.warnings()];
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

class OpenStage implements Stage {
  readonly label: string;

  constructor(
    private profiler: StageProfiler | null,
    private readonly frame: Frame,
    private readonly call: OpenCall,
  ) {
    this.label = call.node.path;
  }

  end(): void {
    const { profiler } = this;
    if (profiler === null) return;
    this.profiler = null;
    profiler.endHandle(this.frame, this.call);
  }

  [Symbol.dispose](): void {
    this.end();
  }
}

const NO_COST: StageCost = { fullNs: 0, innerNs: 0 };

function scratchProfiler(options: StageProfilerOptions): Profiler {
  return new StageProfiler(options, { stageCost: NO_COST });
}

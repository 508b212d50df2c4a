import { CALL_STATE, type OpenCall } from '../accounting/open-call.js';
import { boundTo, Object, Proxy, RangeError, Reflect, Symbol } from '../host/intrinsics.js';
import { functionError, labelError } from '../model/errors.js';
import type { StageProfilerOptions } from '../model/options.js';
import type { AnyFunction, Profiler, Stage } from '../model/profiler.js';
import type { Report } from '../model/report.js';
import type { StageCost } from '../model/stage-cost.js';
import type { ThreadCpu } from '../model/thread-cpu.js';
import { buildReport } from '../report/build.js';
import { checkLabel } from '../store/labels.js';
import { columnOf } from '../store/row-store.js';
import { nullProfiler } from './null-profiler.js';
import type { ProfilerParts } from './profiler-parts.js';
import { Profiling } from './profiling.js';
import { type Fault, NOT_MEASURED, OF_THIS_THREAD, OUT_OF_STACK } from './unmeasured.js';

/**
 * Measures stages and sums them up by label. See `Profiler` for its methods.
 *
 * @throws {TypeError} `ERR_STAGEPROF_OPTION` for an unknown option or value
 * @throws {RangeError} where almost no stack is left
 */
export class StageProfiler implements Profiler {
  readonly enabled = true;
  /** @internal */
  readonly thread = OF_THIS_THREAD;
  readonly #profiling: Profiling;
  /** The cost of a stage, where it need not be measured. */
  readonly #knownCost: StageCost | undefined;

  constructor(options?: StageProfilerOptions);
  /** @internal */
  constructor(options: StageProfilerOptions, parts: ProfilerParts);
  constructor(options: StageProfilerOptions = {}, parts: ProfilerParts = {}) {
    this.#profiling = new Profiling(this, options, parts);
    this.#knownCost = parts.stageCost;
    // Bound, so that the methods work, as those of the nullProfiler do, behind a proxy, in an object that inherits from
    // this one, or taken out of it. Mocks, spies and containers use them so.
    for (const name of METHODS) {
      if (new.target !== StageProfiler && this[name] !== OWN[name]) continue;
      const value = boundTo(this, OWN[name]);
      Object.defineProperty(this, name, { value, writable: true, configurable: true });
    }
  }

  stage(label: string): Stage;
  stage<T>(label: string, fn: () => T): T;
  /**
   * This is the only frame on the stack between a program and its function, and it never fails: where a step of the
   * profiler does, the function runs unmeasured. Its `catch` blocks call nothing, since out of stack no call is
   * possible.
   */
  stage<T>(label: string, fn?: () => T): Stage | T {
    const profiling = this.#profiling;
    if (fn !== undefined && typeof fn !== 'function') throw functionError('the second argument of stage()', fn);
    if (profiling.closed) return fn === undefined ? unmeasured : fn();
    if (typeof label !== 'string' || label === '') throw labelError(label);
    if (fn === undefined) {
      try {
        return profiling.beginHandle(label);
      } catch (fault) {
        profiling.hasLeft = true;
        profiling.counts[(fault as Fault)?.constructor === RangeError ? OUT_OF_STACK : NOT_MEASURED]!++;
        return unmeasured;
      }
    }
    let call: OpenCall | null = null;
    try {
      call = profiling.begin(label);
    } catch (fault) {
      profiling.hasLeft = true;
      profiling.counts[(fault as Fault)?.constructor === RangeError ? OUT_OF_STACK : NOT_MEASURED]!++;
    }
    if (call === null) return fn();
    let result: T;
    try {
      result = fn();
    } catch (error) {
      try {
        profiling.endThrown(call, error);
      } catch (fault) {
        call.state = CALL_STATE.threw;
        call.thrown = error;
        call.context!.left = true;
        profiling.hasLeft = true;
        profiling.counts[(fault as Fault)?.constructor === RangeError ? OUT_OF_STACK : NOT_MEASURED]!++;
      }
      throw error;
    }
    try {
      return profiling.end(call, result) as T;
    } catch (fault) {
      call.state = CALL_STATE.returned;
      call.context!.left = true;
      profiling.hasLeft = true;
      profiling.counts[(fault as Fault)?.constructor === RangeError ? OUT_OF_STACK : NOT_MEASURED]!++;
      return result;
    }
  }

  wrap<F extends AnyFunction>(label: string, fn: F): F {
    checkLabel(label);
    if (typeof fn !== 'function') throw functionError('the second argument of wrap()', fn);
    // Through a proxy, name, length, properties, prototype and construction are those of the function, whatever it is.
    return new Proxy(fn, {
      apply: (target, self, args) => Reflect.apply(stage, this, [label, () => Reflect.apply(target, self, args)]),
    });
  }

  report(): Report {
    const profiling = this.#profiling;
    const { header, rows } = profiling.measuredRun.measure();
    const { entered } = profiling.accounting.labels;
    let closed = 0;
    for (const { row } of entered) closed += rows.stages.get(row, CALLS);
    const cost = this.#knownCost ?? profiling.own.perStage(closed) ?? NO_COST;
    return buildReport(header, entered, rows, cost);
  }

  /**
   * CPU of the process by group of threads since the profiler was made: this thread, other JS threads, V8's helpers,
   * libuv's pool, threads of addons by name. A reading takes some 6 us for each thread.
   */
  threads(): ThreadCpu {
    return this.#profiling.threads.read();
  }

  /**
   * The CPU stacks of the process so far, by stage, in the format of pprof and compressed by gzip; undefined where none are
   * sampled. What was sampled last is fetched first, which takes some 10 ms.
   */
  stacks(): Uint8Array | undefined {
    return this.#profiling.stacks.read();
  }

  close(): void {
    this.#profiling.close();
  }

  [Symbol.dispose](): void {
    this.#profiling.close();
  }
}

const CALLS = columnOf('calls');

const METHODS = ['stage', 'wrap', 'report', 'threads', 'stacks', 'close', Symbol.dispose] as const;

/** The methods as they are here. A program may replace them, and a subclass has its own. */
const OWN = Object.fromEntries(METHODS.map((name) => [name, StageProfiler.prototype[name]])) as Pick<
  StageProfiler,
  (typeof METHODS)[number]
>;
const { stage } = OWN;

/** The handle of a stage that is not measured. */
const unmeasured: Stage = nullProfiler.stage('');

const NO_COST: StageCost = { fullNs: 0, innerNs: 0 };

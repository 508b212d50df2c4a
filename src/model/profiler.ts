// For `Disposable`, where a project has neither the types of Node nor a library of TypeScript that knows it.
/// <reference lib="esnext.disposable" preserve="true" />
import type { Report } from './report.js';

/** An open call of a stage. Not for code that interleaves: use the callback form there. */
export interface Stage extends Disposable {
  /** The full dotted label, parents included; empty where nothing is profiled. */
  readonly label: string;
  /** Closes the call. Ending it again does nothing. */
  end(): void;
}

// biome-ignore lint/suspicious/noExplicitAny: any function may be wrapped, whatever its parameters
export type AnyFunction = (...args: any[]) => any;

/** What instrumented code is written against: a `StageProfiler`, or the `nullProfiler` that costs nothing. */
export interface Profiler extends Disposable {
  readonly enabled: boolean;
  /**
   * Opens a call and returns its handle: `using s = prof.stage('extract')`.
   * @throws {TypeError} `ERR_STAGEPROF_LABEL` when the label is empty or not a string
   */
  stage(label: string): Stage;
  /**
   * Runs `fn` as one call and returns what it returns. The call closes when `fn` returns or throws, or when
   * the promise it returns settles. What is started inside it, now or later, is labelled under it. Only a Promise is
   * waited for: to call `then` of another thenable, such as a query, might run it.
   * @throws {TypeError} `ERR_STAGEPROF_LABEL` when the label is empty or not a string, `ERR_STAGEPROF_FUNCTION` when
   *   `fn` is neither a function nor undefined
   */
  stage<T>(label: string, fn: () => T): T;
  /**
   * `fn` as a stage: same `this`, arguments, name, length, result and errors. Construction with `new` is not measured.
   * @throws {TypeError} `ERR_STAGEPROF_LABEL`, `ERR_STAGEPROF_FUNCTION`
   */
  wrap<F extends AnyFunction>(label: string, fn: F): F;
  /** The rows so far; undefined where nothing is profiled. */
  report(): Report | undefined;
  /** Stops profiling and releases what it holds. Idempotent. `report()` still answers afterwards. */
  close(): void;
}

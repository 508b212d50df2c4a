import type { AnyFunction, Profiler, Stage } from '../model/profiler.js';

const nullStage: Stage = Object.freeze({
  label: '',
  end() {},
  [Symbol.dispose]() {},
});

/**
 * The default of instrumented library code: the interface of `StageProfiler` without its work. Labels are not checked,
 * functions run as they are, and one shared handle stands for every stage.
 */
export class NullProfiler implements Profiler {
  readonly enabled = false;

  stage(label: string): Stage;
  stage<T>(label: string, fn: () => T): T;
  stage<T>(_label: string, fn?: () => T): Stage | T {
    return fn === undefined ? nullStage : fn();
  }

  wrap<F extends AnyFunction>(_label: string, fn: F): F {
    return fn;
  }

  report(): undefined {
    return undefined;
  }

  close(): void {}

  [Symbol.dispose](): void {}
}

export const nullProfiler = new NullProfiler();

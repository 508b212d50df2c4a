import { AsyncLocalStorage } from 'node:async_hooks';
import type { Profiler, Stage } from 'stageprof';

/** Counts calls and failures by label. Labels nest through callbacks and through handles. */
export class RecordingProfiler implements Profiler {
  readonly enabled = true;
  readonly calls = new Map<string, number>();
  readonly errors = new Map<string, number>();
  open = 0;
  readonly #current = new AsyncLocalStorage<string>();
  readonly #handles: string[] = [];

  stage(label: string): Stage;
  stage<T>(label: string, fn: () => T): T;
  stage<T>(label: string, fn?: () => T): Stage | T {
    const parent = this.#handles.at(-1) ?? this.#current.getStore();
    const path = parent === undefined ? label : `${parent}.${label}`;
    this.calls.set(path, (this.calls.get(path) ?? 0) + 1);
    this.open++;
    if (fn === undefined) return this.#handle(path);
    return this.#run(path, fn);
  }

  #handle(path: string): Stage {
    this.#handles.push(path);
    const end = () => {
      const at = this.#handles.lastIndexOf(path);
      if (at === -1) return;
      this.#handles.splice(at, 1);
      this.open--;
    };
    return { label: path, end, [Symbol.dispose]: end };
  }

  #run<T>(path: string, fn: () => T): T {
    const close = (failed: boolean) => {
      this.open--;
      if (failed) this.errors.set(path, (this.errors.get(path) ?? 0) + 1);
    };
    let result: T;
    try {
      result = this.#current.run(path, fn);
    } catch (error) {
      close(true);
      throw error;
    }
    if (!(result instanceof Promise)) {
      close(false);
      return result;
    }
    result.then(
      () => close(false),
      () => close(true),
    );
    return result;
  }

  // biome-ignore lint/suspicious/noExplicitAny: the interface has this signature
  wrap<F extends (...args: any[]) => any>(_label: string, fn: F): F {
    return fn;
  }

  report(): undefined {
    return undefined;
  }

  close(): void {}

  [Symbol.dispose](): void {}
}

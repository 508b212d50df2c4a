/** A worker thread of a process, as its own profiler saw it. */
export interface WorkerThread {
  readonly pid: number;
  readonly thread: number;
  readonly name: string | null;
  readonly cpu_s: number | null;
  readonly js_kb: number | null;
  readonly js_kb_peak: number | null;
  readonly stages: boolean;
}

export interface WorkerThreads {
  readonly threads: readonly WorkerThread[];
  /** How many others there were. */
  readonly more: number;
}

/** What the members of a worker thread mean, for the JSON Schema and docs/fields.md. */
export const WORKER_THREAD_MEANING: Readonly<Record<keyof WorkerThread, string>> = {
  pid: 'Process id.',
  thread: '`threadId` of `node:worker_threads`.',
  name: 'Its option `name`, which Node tells from 22.20 and 24.6 on; else the name of the file that it was started from. Null if it has neither.',
  cpu_s: 'CPU time of the thread; under `map` the part that it used for the input.',
  js_kb: 'Used JS heap of the thread at its end, or at the last reading.',
  js_kb_peak: 'Highest used JS heap of the thread since its profiler was made.',
  stages: 'Whether it opened stages.',
};

/** So many threads are listed. */
export const MOST_WORKER_THREADS = 16;

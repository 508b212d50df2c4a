import { Worker } from 'node:worker_threads';
import { type GroupPath, RecordReader } from './record-fold.js';
import { runTask, type TaskResult } from './run-task.js';
import type { Task } from './tasks.js';
import type { WorkerData, WorkerMessage } from './worker.js';

export interface TaskOptions {
  /** Threads at most. */
  readonly jobs: number;
  readonly groupBy: GroupPath | undefined;
  /** Bytes read so far, to be looked at from outside while the tasks run. */
  readonly bytesRead: BigInt64Array;
  /** Called task by task, in their order. */
  readonly onResult: (task: Task, result: TaskResult) => void;
}

/** Runs all tasks: in this thread where one is enough, else in workers. */
export async function runTasks(tasks: readonly Task[], options: TaskOptions): Promise<void> {
  const inOrder = new InOrder((index, result) => options.onResult(tasks[index]!, result));
  const forWorkers = tasks.filter(({ isStdin }) => !isStdin).length;
  const threads = Math.min(options.jobs, forWorkers);
  const isAlone = threads <= 1;
  const workers = isAlone ? [] : startWorkers(tasks, threads, options, inOrder);
  const done = Promise.all(workers);
  // Heard below, once this thread has done its part.
  done.catch(() => {});
  // Stdin is this thread's: a worker only has it by way of this thread.
  const reader = new RecordReader(options.groupBy);
  for (const [index, task] of tasks.entries()) {
    if (!isAlone && !task.isStdin) continue;
    const onBytes = (count: number) => void Atomics.add(options.bytesRead, 0, BigInt(count));
    inOrder.add(index, await runTask(task, reader, onBytes));
  }
  await done;
}

function startWorkers(
  tasks: readonly Task[],
  threads: number,
  { groupBy, bytesRead }: TaskOptions,
  inOrder: InOrder,
): Promise<void>[] {
  const next = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const workerData: WorkerData = { tasks, groupBy, next, bytesRead };
  return Array.from({ length: threads }, () => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData });
    return new Promise<void>((resolve, reject) => {
      worker.on('message', ({ index, result }: WorkerMessage) => inOrder.add(index, result));
      worker.on('error', reject);
      worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a thread ended with code ${code}`))));
    });
  });
}

/** Hands results on in the order of their tasks, whichever are done first. */
class InOrder {
  readonly #waiting = new Map<number, TaskResult>();
  #next = 0;

  constructor(readonly hand: (index: number, result: TaskResult) => void) {}

  add(index: number, result: TaskResult): void {
    this.#waiting.set(index, result);
    for (let due = this.#waiting.get(this.#next); due !== undefined; due = this.#waiting.get(this.#next)) {
      this.#waiting.delete(this.#next);
      this.hand(this.#next++, due);
    }
  }
}

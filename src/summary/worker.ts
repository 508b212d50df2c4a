import { parentPort, workerData } from 'node:worker_threads';
import { type GroupPath, RecordReader } from './record-fold.js';
import { runTask, type TaskResult } from './run-task.js';
import type { Task } from './tasks.js';

/** What a worker is started with. */
export interface WorkerData {
  readonly tasks: readonly Task[];
  readonly groupBy: GroupPath | undefined;
  /** The number of the next task nobody has begun: shared by all workers. */
  readonly next: Int32Array;
  /** Bytes read so far: shared by all workers. */
  readonly bytesRead: BigInt64Array;
}

export interface WorkerMessage {
  readonly index: number;
  readonly result: TaskResult;
}

const { tasks, groupBy, next, bytesRead } = workerData as WorkerData;
const reader = new RecordReader(groupBy);
for (let index = Atomics.add(next, 0, 1); index < tasks.length; index = Atomics.add(next, 0, 1)) {
  if (tasks[index]!.isStdin) continue;
  const result = await runTask(tasks[index]!, reader, (count) => void Atomics.add(bytesRead, 0, BigInt(count)));
  parentPort!.postMessage({ index, result } satisfies WorkerMessage);
}

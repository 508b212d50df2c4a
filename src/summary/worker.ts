import { parentPort, workerData } from 'node:worker_threads';
import { type GroupPath, RecordReader } from './record-fold.js';
import type { TaskResult } from './run-task.js';
import { type Shared, shareTasks } from './share-tasks.js';

/** What a worker is started with. */
export interface WorkerData {
  readonly shared: Shared;
  readonly groupBy: GroupPath | undefined;
}

export interface WorkerMessage {
  readonly index: number;
  readonly result: TaskResult;
}

const { shared, groupBy } = workerData as WorkerData;
await shareTasks(shared, new RecordReader(groupBy), (index, result) => {
  parentPort!.postMessage({ index, result } satisfies WorkerMessage);
});

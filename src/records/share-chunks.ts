import type { Task } from './chunks.js';
import type { OpenFold } from './line-fold.js';
import { runTask, type TaskResult } from './run-chunk.js';

/** What all threads of a run have in common. */
export interface Shared {
  readonly tasks: readonly Task[];
  /** The number of the next task that nobody has begun. */
  readonly next: Int32Array;
  /** Bytes read so far. */
  readonly bytesRead: BigInt64Array;
}

/** Runs one task after another until none is left that nobody has begun. Stdin is left to the main thread. */
export async function shareTasks<State>(
  { tasks, next, bytesRead }: Shared,
  openFold: OpenFold<State>,
  onResult: (index: number, result: TaskResult<State>) => void,
): Promise<void> {
  const onBytes = (count: number) => void Atomics.add(bytesRead, 0, BigInt(count));
  for (let index = Atomics.add(next, 0, 1); index < tasks.length; index = Atomics.add(next, 0, 1)) {
    if (tasks[index]!.isStdin) continue;
    onResult(index, await runTask(tasks[index]!, openFold(), onBytes));
    // Between two tasks the main thread hears the others and shows how far it is.
    await new Promise(setImmediate);
  }
}

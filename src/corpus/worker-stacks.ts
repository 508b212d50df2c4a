import { join } from '../host/files.js';

/** The path of the stacks of a worker process, in the folder of its shard. */
export function workerStacksPath(folder: string, pid: number, startMs: number): string {
  return join(folder, `${pid}-${startMs}.stacks`);
}

/** What node calls the worker threads that the program has given no name, from Node 24 on. */
const UNNAMED = 'WorkerThread';

/** The name of a worker thread in stacks; `worker` for all that the program gave none, so that they add up. */
export function workerName(name: string): string {
  return name === '' || name === UNNAMED ? 'worker' : name;
}

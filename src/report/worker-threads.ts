import { JSON, Math, Set } from '../host/intrinsics.js';
import { MOST_WORKER_THREADS, type WorkerThread, type WorkerThreads } from '../model/worker-threads.js';

/** Keeps the threads with the largest heaps, in the order in which they were given, and counts the others. */
export function largestThreads(threads: readonly WorkerThread[], more = 0): WorkerThreads {
  if (threads.length <= MOST_WORKER_THREADS) return { threads, more };
  const kept = new Set(threads.toSorted(byHeap).slice(0, MOST_WORKER_THREADS));
  return { threads: threads.filter((thread) => kept.has(thread)), more: more + threads.length - kept.size };
}

/** A total order, so that the same threads are kept however reports are grouped and in whatever order they are merged. */
function byHeap(a: WorkerThread, b: WorkerThread): number {
  return heapKib(b) - heapKib(a) || (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
}

/** The largest JS heap that the thread is known to have had; 0 if nothing is known. */
export function heapKib({ js_kb, js_kb_peak }: WorkerThread): number {
  return Math.max(js_kb ?? 0, js_kb_peak ?? 0);
}

/** The threads of both reports. A list that only one report has is kept. */
export function mergeWorkerThreads(
  a: WorkerThreads | undefined,
  b: WorkerThreads | undefined,
): WorkerThreads | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return largestThreads([...a.threads, ...b.threads], a.more + b.more);
}

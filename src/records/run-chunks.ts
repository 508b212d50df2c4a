import { Worker } from 'node:worker_threads';
import type { Chunk } from './chunks.js';
import { type FoldSource, openFoldsOf } from './line-fold.js';
import { type ChunkResult, runChunk } from './run-chunk.js';
import { type Shared, shareChunks } from './share-chunks.js';
import type { WorkerData, WorkerMessage } from './worker.js';

export interface ChunkOptions<State> {
  /** Threads at most, this one among them. */
  readonly jobs: number;
  readonly folds: FoldSource<State>;
  /** Bytes read so far, to be looked at from outside while the chunks run. */
  readonly bytesRead: BigInt64Array;
  /** Called chunk by chunk, in their order. */
  readonly onResult: (chunk: Chunk, result: ChunkResult<State>) => void;
}

/** Runs all chunks: in this thread, and as many workers beside it as there are jobs and work for them. */
export async function runChunks<State>(chunks: readonly Chunk[], options: ChunkOptions<State>): Promise<void> {
  const inOrder = new InOrder<State>((index, result) => options.onResult(chunks[index]!, result));
  const next = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const shared: Shared = { chunks, next, bytesRead: options.bytesRead };
  const threads = Math.min(options.jobs, chunks.length);
  const done = Promise.all(Array.from({ length: threads - 1 }, () => startWorker(shared, options.folds, inOrder)));
  // Heard below, once this thread has done its part.
  done.catch(() => {});
  const openFold = await openFoldsOf(options.folds);
  for (const [index, chunk] of chunks.entries()) {
    // Stdin is this thread's: a worker has it only by way of this thread.
    if (!chunk.isStdin) continue;
    const onBytes = (count: number) => void Atomics.add(options.bytesRead, 0, BigInt(count));
    inOrder.add(index, await runChunk(chunk, openFold(), onBytes));
  }
  await shareChunks(shared, openFold, (index, result) => inOrder.add(index, result));
  await done;
}

function startWorker<State>(shared: Shared, folds: FoldSource<State>, inOrder: InOrder<State>): Promise<void> {
  const workerData: WorkerData = { shared, folds };
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData });
  return new Promise<void>((resolve, reject) => {
    worker.on('message', ({ index, result }: WorkerMessage) => inOrder.add(index, result as ChunkResult<State>));
    worker.on('error', reject);
    worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a thread ended with code ${code}`))));
  });
}

/** Hands results on in the order of their chunks, whichever are done first. */
class InOrder<State> {
  readonly #waiting = new Map<number, ChunkResult<State>>();
  #next = 0;

  constructor(readonly hand: (index: number, result: ChunkResult<State>) => void) {}

  add(index: number, result: ChunkResult<State>): void {
    this.#waiting.set(index, result);
    for (let due = this.#waiting.get(this.#next); due !== undefined; due = this.#waiting.get(this.#next)) {
      this.#waiting.delete(this.#next);
      this.hand(this.#next++, due);
    }
  }
}

import { Worker } from 'node:worker_threads';
import { chunkFolds } from './chunk-fold.js';
import type { Chunk } from './chunks.js';
import { type ChunkResult, readChunk } from './read-chunk.js';
import { GatheredChunks, type ReadOutcome } from './read-outcome.js';
import type { RecordFolds } from './record-fold.js';
import { type Shared, shareChunks } from './share-chunks.js';
import type { WorkerData, WorkerMessage } from './worker.js';

export interface ReadChunksOptions<Options, State, Result> {
  readonly folds: RecordFolds<Options, State, Result>;
  /** What the folds are opened with; it is cloned into each thread. */
  readonly options: Options;
  /** Threads at most, this one among them. */
  readonly jobs: number;
  /** Bytes read so far, to be looked at from outside while the chunks are read. */
  readonly bytesRead: BigInt64Array;
}

export interface ReadResult<Result> {
  readonly outcome: ReadOutcome;
  readonly result: Result;
}

/** Reads all chunks: in this thread, and in as many workers beside it as there are jobs and work for them. */
export async function readChunks<Options, State, Result>(
  chunks: readonly Chunk[],
  { folds, options, jobs, bytesRead }: ReadChunksOptions<Options, State, Result>,
): Promise<ReadResult<Result>> {
  const gathered = new GatheredChunks(folds.open(options));
  const inOrder = new InOrder<State>((index, result) => gathered.add(chunks[index]!, result));
  const next = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const shared: Shared = { chunks, next, bytesRead };
  const workers = Math.min(jobs, chunks.length) - 1;
  const workerData: WorkerData = { shared, module: folds.module, options };
  const done = Promise.all(Array.from({ length: workers }, () => startWorker(workerData, inOrder)));
  // Heard below, once this thread has done its part.
  done.catch(() => {});
  const openFold = chunkFolds(folds, options);
  for (const [index, chunk] of chunks.entries()) {
    // Stdin is this thread's: a worker has it only by way of this thread.
    if (!chunk.isStdin) continue;
    const onBytes = (count: number) => void Atomics.add(bytesRead, 0, BigInt(count));
    inOrder.add(index, await readChunk(chunk, openFold(), onBytes));
  }
  await shareChunks(shared, openFold, (index, result) => inOrder.add(index, result));
  await done;
  return { outcome: gathered.outcome(), result: gathered.result() };
}

function startWorker<State>(workerData: WorkerData, inOrder: InOrder<State>): Promise<void> {
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

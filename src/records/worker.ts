import { parentPort, workerData } from 'node:worker_threads';
import { type FoldSource, openFoldsOf } from './line-fold.js';
import type { ChunkResult } from './run-chunk.js';
import { type Shared, shareChunks } from './share-chunks.js';

/** What a worker is started with. */
export interface WorkerData {
  readonly shared: Shared;
  readonly folds: FoldSource<unknown>;
}

export interface WorkerMessage {
  readonly index: number;
  readonly result: ChunkResult<unknown>;
}

const { shared, folds } = workerData as WorkerData;
await shareChunks(shared, await openFoldsOf(folds), (index, result) => {
  parentPort!.postMessage({ index, result } satisfies WorkerMessage);
});

import { parentPort, workerData } from 'node:worker_threads';
import { chunkFolds } from './chunk-fold.js';
import type { ChunkResult } from './read-chunk.js';
import type { RecordFolds } from './record-fold.js';
import { type Shared, shareChunks } from './share-chunks.js';

/** What a worker is started with. */
export interface WorkerData {
  readonly shared: Shared;
  /** The module that has the folds, and what they are opened with. */
  readonly module: string;
  readonly options: unknown;
}

export interface WorkerMessage {
  readonly index: number;
  readonly result: ChunkResult<unknown>;
}

const { shared, module, options } = workerData as WorkerData;
const { folds } = (await import(module)) as { readonly folds: RecordFolds<unknown, unknown, unknown> };
await shareChunks(shared, chunkFolds(folds, options), (index, result) => {
  parentPort!.postMessage({ index, result } satisfies WorkerMessage);
});

import type { ChunkFold } from './chunk-fold.js';
import type { Chunk } from './chunks.js';
import { type ChunkResult, readChunk } from './read-chunk.js';

/** What all threads that read the same chunks have in common. */
export interface Shared {
  readonly chunks: readonly Chunk[];
  /** The number of the next chunk that nobody has begun. */
  readonly next: Int32Array;
  /** Bytes read so far. */
  readonly bytesRead: BigInt64Array;
}

/** Reads one chunk after another until every chunk is begun. Stdin is left to the main thread. */
export async function shareChunks<State>(
  { chunks, next, bytesRead }: Shared,
  openFold: () => ChunkFold<State>,
  onResult: (index: number, result: ChunkResult<State>) => void,
): Promise<void> {
  const onBytes = (count: number) => void Atomics.add(bytesRead, 0, BigInt(count));
  for (let index = Atomics.add(next, 0, 1); index < chunks.length; index = Atomics.add(next, 0, 1)) {
    if (chunks[index]!.isStdin) continue;
    onResult(index, await readChunk(chunks[index]!, openFold(), onBytes));
    // Between two chunks the main thread hears the others and shows how far it is.
    await new Promise(setImmediate);
  }
}

import { availableParallelism } from 'node:os';
import { readProgress } from '../terminal/read-progress.js';
import { say } from '../terminal/say.js';
import { counted } from '../text/format.js';
import { type Chunk, chunksOf } from './chunks.js';
import { type Source, STDIN } from './files.js';
import type { FoldSource } from './line-fold.js';
import type { ChunkResult } from './run-chunk.js';
import { runChunks } from './run-chunks.js';

/** Below this a second thread takes longer to start than it saves. */
const ALONE_BELOW_BYTES = 16 * 1024 * 1024;

export interface ReadOptions<State> {
  /** Threads at most, one a core where it is left open. */
  readonly jobs: number | undefined;
  readonly folds: FoldSource<State>;
  /** Called chunk by chunk, in their order. */
  readonly onResult: (chunk: Chunk, result: ChunkResult<State>) => void;
}

/** Reads all records of the sources, and shows on stderr how far it is. */
export async function readRecords<State>(
  sources: readonly Source[],
  { jobs, folds, onResult }: ReadOptions<State>,
): Promise<void> {
  const bytes = sources.reduce((sum, { weight }) => sum + weight, 0);
  const bytesRead = new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT));
  const isKnown = sources.every(({ path, bytes: size }) => path !== STDIN && size !== undefined);
  const progress = readProgress(isKnown ? bytes : undefined, () => Number(Atomics.load(bytesRead, 0)), process.stderr);
  try {
    await runChunks(chunksOf(sources), {
      jobs: bytes < ALONE_BELOW_BYTES ? 1 : (jobs ?? availableParallelism()),
      folds,
      bytesRead,
      onResult,
    });
  } finally {
    progress.stop();
  }
}

/** What of the sources is not in the result, a line each on stderr. */
export interface NotTaken {
  readonly unreadable: readonly string[];
  readonly malformed: number;
  /** The first malformed lines. */
  readonly named: readonly string[];
}

/** @returns whether everything was taken, or nothing but what may be missing */
export function sayNotTaken({ unreadable, malformed, named }: NotTaken, isLenient: boolean): boolean {
  for (const line of unreadable) say(line);
  for (const line of named) say(line);
  if (malformed > 0) {
    const others = malformed > named.length ? `, the first ${named.length} named above` : '';
    const remedy = isLenient ? '' : ' (--lenient to exit with 0 all the same)';
    const are = malformed === 1 ? 'is no record' : 'are no records';
    say(`${counted(malformed, 'line')} left out that ${are}${others}${remedy}`);
  }
  return unreadable.length === 0 && (malformed === 0 || isLenient);
}

import { availableParallelism } from 'node:os';
import { readProgress } from '../terminal/read-progress.js';
import { chunksOf } from './chunks.js';
import { type ReadResult, readChunks } from './read-chunks.js';
import { type RecordFile, STDIN } from './record-file.js';
import type { RecordFolds } from './record-fold.js';

/** Below this a second thread takes longer to start than it saves. */
const ALONE_BELOW_BYTES = 16 * 1024 * 1024;

export interface ReadOptions<Options, State, Result> {
  readonly folds: RecordFolds<Options, State, Result>;
  /** What the folds are opened with. */
  readonly options: Options;
  /** Threads at most, one a core where it is left open. */
  readonly jobs?: number | undefined;
}

/** Reads all records of the files, and shows on stderr how far it is. */
export async function readRecords<Options, State, Result>(
  files: readonly RecordFile[],
  { folds, options, jobs = availableParallelism() }: ReadOptions<Options, State, Result>,
): Promise<ReadResult<Result>> {
  const bytes = files.reduce((sum, { weight }) => sum + weight, 0);
  const bytesRead = new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT));
  const isKnown = files.every(({ path, bytes: size }) => path !== STDIN && size !== undefined);
  const progress = readProgress(isKnown ? bytes : undefined, () => Number(Atomics.load(bytesRead, 0)), process.stderr);
  try {
    return await readChunks(chunksOf(files), {
      folds,
      options,
      jobs: bytes < ALONE_BELOW_BYTES ? 1 : jobs,
      bytesRead,
    });
  } finally {
    progress.stop();
  }
}

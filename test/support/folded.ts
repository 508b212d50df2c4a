import { type ChunkState, chunkFolds } from '../../src/records/chunk-fold.js';
import type { ReadResult } from '../../src/records/read-chunks.js';
import { GatheredChunks } from '../../src/records/read-outcome.js';
import type { RecordFolds } from '../../src/records/record-fold.js';
import { lineOf } from './scanned.js';

/** What lines come to, in chunks of so many lines that one thread reads. */
export function chunkStates<Options, State>(
  folds: RecordFolds<Options, State, unknown>,
  options: Options,
  lines: readonly (string | Uint8Array)[],
  linesAChunk = lines.length,
): ChunkState<State>[] {
  const openFold = chunkFolds(folds, options);
  const states: ChunkState<State>[] = [];
  for (let from = 0; from < lines.length; from += linesAChunk) {
    const fold = openFold();
    lines.slice(from, from + linesAChunk).forEach((line, index) => {
      const { input, from: start } = lineOf(line);
      fold.addLine(input, start, { part: states.length, line: index + 1 });
    });
    // As it comes out of another thread.
    states.push(structuredClone(fold.state()));
  }
  return states;
}

/** The lines of a file `a.jsonl` read in chunks of so many lines, and what they come to together. */
export function readLines<Options, State, Result>(
  folds: RecordFolds<Options, State, Result>,
  options: Options,
  lines: readonly (string | Uint8Array)[],
  linesAChunk = lines.length,
): ReadResult<Result> {
  const gathered = new GatheredChunks(folds.open(options));
  chunkStates(folds, options, lines, linesAChunk).forEach((fold, index) => {
    const stretch = { from: index, end: index + 1 };
    const chunk = { parts: [{ path: 'a.jsonl', stretch }], firstPart: index, isStdin: false };
    const count = Math.min(linesAChunk, lines.length - index * linesAChunk);
    gathered.add(chunk, { lines: [count], unreadable: [], fold });
  });
  return { outcome: gathered.outcome(), result: gathered.result() };
}

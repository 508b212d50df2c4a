import { Math, Number } from '../host/intrinsics.js';
import { addonBuffersKib, nodeKib } from './addon-buffers.js';
import { atEndKib, jsGrowthKib } from './kept.js';
import { outsideKib } from './outside-strings.js';
import type { RowInContext } from './rule.js';

/**
 * What no column of a row explains of its growth of the resident set: Blobs, pages of files, heaps of other threads, and
 * what nobody knows. Null if a column is missing that may have it. It is a bound: what others have need not be resident.
 */
export function restKib(given: RowInContext): number | null {
  const { row } = given;
  const { rss_kb_delta: rss, native_kb_delta: native, external_kb_delta: external } = row;
  if (typeof rss !== 'number' || typeof native !== 'number' || typeof external !== 'number') return null;
  const mapped = Math.max(0, row.mapped_kb_delta ?? 0);
  const explained = [
    jsGrowthKib(given, row.js_kb_peak_max ?? Number.POSITIVE_INFINITY),
    Math.max(0, native) + Math.max(0, external) - addonBuffersKib(given) - outsideKib(given),
    Math.max(0, row.allocator_kb_delta ?? 0),
    Math.min(mapped, atEndKib(['mapped_kb'], given) ?? mapped),
  ];
  return explained.reduce((left, kib) => left - kib, rss);
}

/** A part that is known only for the end of the program is told of the row that has nearly all of what is not explained. */
const NEARLY_ALL = 0.75;

/**
 * Backing stores that node has and this isolate does not count: Blobs, SharedArrayBuffers, what was transferred to a
 * worker thread or waits in a queue of messages. They are known only for the end of a process. A row has them as far as
 * they explain its rest, node allocated so much in it, and no other row can have them. 0 where that is not known.
 */
export function hiddenBuffersKib(given: RowInContext): number {
  const { row, program, composition, processes } = given;
  const stores = composition?.backing_stores_kb;
  const counted = program?.external_kb_delta;
  if (processes !== 1 || program === null || typeof stores !== 'number' || typeof counted !== 'number') return 0;
  const rest = restKib(given);
  const restOfProgram = restKib({ ...given, row: program });
  if (rest === null || restOfProgram === null || rest < NEARLY_ALL * restOfProgram || !row.native_modules) return 0;
  return Math.max(0, Math.min(rest, stores - Math.max(0, counted), nodeKib(row.native_modules)));
}

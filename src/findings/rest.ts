import { Math, Number } from '../host/intrinsics.js';
import { addonBuffersKib } from './addon-buffers.js';
import { atEndKib, jsGrowthKib, keptKib } from './kept.js';
import { outsideAtMostKib, outsideKib } from './outside-heap.js';
import type { RowInContext } from './rule.js';

/**
 * What no column of a row explains of its growth of the resident set. Null if a column is missing that may have it. It
 * is a bound: what others have need not be resident.
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
    othersKib(given),
  ];
  return explained.reduce((left, kib) => left - kib, rss);
}

/** What neither this isolate nor the allocator has: hidden Buffers, heaps of other isolates, pages of files. */
export function othersKib({ row }: RowInContext): number {
  return hiddenKib(row) + Math.max(0, row.workers_kb_delta ?? 0) + Math.max(0, row.file_kb_delta ?? 0);
}

type Buffers = Pick<RowInContext['row'], 'buffers_kb_delta' | 'external_kb_delta'>;

/**
 * Backing stores that node has and this isolate does not count: Blobs, SharedArrayBuffers, those of other isolates, what
 * was transferred or waits in a queue of messages. As far as the program kept them.
 */
export function hiddenBuffersKib(given: RowInContext): number {
  const kib = keptKib(hiddenKib(given.row), 'buffers_kb_delta', ['buffers_kb'], given);
  return Math.max(0, Math.min(kib, ofProgramAtMostKib(given) ?? kib));
}

/** What V8 alone counts, such as strings, hides as much of what node alone counts. Null where the program is not known. */
function ofProgramAtMostKib(given: RowInContext): number | null {
  const { program } = given;
  return program === null ? null : hiddenKib(program) + Math.max(0, outsideAtMostKib({ ...given, row: program }));
}

/** 0 where node's own count is not known. */
function hiddenKib({ buffers_kb_delta: stores, external_kb_delta: counted }: Buffers): number {
  return typeof stores === 'number' ? Math.max(0, stores - Math.max(0, counted ?? 0)) : 0;
}

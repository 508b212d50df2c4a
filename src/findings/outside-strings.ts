import { Math } from '../host/intrinsics.js';
import { addonBuffersKib, nodeKib } from './addon-buffers.js';
import type { RowInContext } from './rule.js';

/** Below half, something else grew, and the part of the strings would be a guess. */
const LEAST_SHARE = 0.5;

/**
 * Strings whose characters are outside of the JS heap: node makes them of large Buffers, and of large files that are
 * read as text. Their memory is in `native_kb_delta` and in `external_kb_delta`, as that of an addon's Buffers is. But
 * node allocated it, and what node allocates for Buffers is not in `native_kb_delta`. There have to be two signs that it
 * is one growth and not two: the resident set grew by less than both together, and V8 counts more than node has in
 * backing stores at the end. 0 if the strings are less than half of `native_kb_delta`.
 */
export function stringsKib(given: RowInContext): number {
  const { row, program, composition, processes } = given;
  const { native_kb_delta: native, external_kb_delta: external, rss_kb_delta: rss, native_modules } = row;
  if (typeof native !== 'number' || typeof external !== 'number' || typeof rss !== 'number') return 0;
  if (native_modules === null || native_modules === undefined) return 0;
  const addonKib = addonBuffersKib(given);
  const told = native + external - (rss - Math.max(0, row.allocator_kb_delta ?? 0));
  const counted = program?.external_kb_delta;
  const stores = composition?.backing_stores_kb;
  // The composition is that of a single process.
  const isKnown = processes === 1 && typeof counted === 'number' && typeof stores === 'number';
  const most = Math.min(native - addonKib, external - addonKib, nodeKib(native_modules), told);
  const kib = isKnown ? Math.min(most, counted - stores) : most;
  return kib > 0 && kib >= LEAST_SHARE * native ? kib : 0;
}

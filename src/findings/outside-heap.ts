import { Math } from '../host/intrinsics.js';
import { addonBuffersKib, nodeKib, notNodeKib } from './addon-buffers.js';
import type { RowInContext } from './rule.js';

/** Below half, something else grew, and the part of the strings would be a guess. */
const LEAST_SHARE = 0.5;

/**
 * Memory that is in `native_kb_delta` and in `external_kb_delta`, as that of an addon's Buffers is, but node allocated
 * it. What node counts as Buffers is not in `native_kb_delta`. So it is of strings whose characters are outside of the JS heap,
 * or of Buffers from a worker thread that is not seen: its count of them is not read. No column tells the two apart. There has
 * to be a sign that it is one growth and not two: V8 counts more than node has in backing stores. Where node's count is not
 * known, the resident set grew by less than both together.
 *
 * It is no guess where node's count is known, and how much of what is live node holds. Else it is 0 if it is less than half
 * of `native_kb_delta`.
 */
export function outsideKib(given: RowInContext): number {
  const { row } = given;
  const { native_kb_delta: native, external_kb_delta: external, rss_kb_delta: rss, native_modules } = row;
  if (typeof native !== 'number' || typeof external !== 'number' || typeof rss !== 'number') return 0;
  if (native_modules === null || native_modules === undefined) return 0;
  const addonKib = addonBuffersKib(given);
  const notNode = notNodeKib(row);
  const told = notNode ?? native + external - (rss - Math.max(0, row.allocator_kb_delta ?? 0));
  const most = Math.min(native - addonKib, external - addonKib, nodeKib(native_modules), told - addonKib);
  const held = notNode === null ? null : nodeHeldKib(row);
  if (held !== null) return Math.max(0, Math.min(most, held));
  return most > 0 && most >= LEAST_SHARE * native ? most : 0;
}

/**
 * The most that it can be. Buffers that V8 counts in no thread, SharedArrayBuffers for example, are in node's count: they
 * hide as much of what is in V8's count alone. So all that V8 counts may be strings, as far as node holds live blocks that are
 * no backing stores. Where there were worker threads, any of those may be a SharedArrayBuffer of a thread that is not seen.
 */
export function outsideAtMostKib(given: RowInContext): number {
  const { native_kb_delta: native, external_kb_delta: external, buffers_kb_delta: stores } = given.row;
  const least = outsideKib(given);
  const held = nodeHeldKib(given.row) ?? nodeMadeKib(given.row);
  if (held === null || typeof native !== 'number' || typeof external !== 'number') return least;
  if (given.sawWorkerHeaps) return Math.max(least, held);
  const addonKib = addonBuffersKib(given);
  const counted = Math.max(external, external - (stores ?? 0));
  return Math.max(least, Math.min(native - addonKib, counted - addonKib, held));
}

/** All that node allocated and that is no backing store; null if that is not known. */
function nodeMadeKib({
  native_modules: modules,
  buffers_kb_delta: stores,
}: Pick<RowInContext['row'], 'native_modules' | 'buffers_kb_delta'>): number | null {
  if (modules === null || modules === undefined || typeof stores !== 'number') return null;
  return nodeKib(modules) - Math.max(0, stores);
}

/** By how much the live blocks of node grew that are no backing stores; null if that is not known. */
function nodeHeldKib({
  native_live_modules: live,
  buffers_kb_delta: stores,
}: Pick<RowInContext['row'], 'native_live_modules' | 'buffers_kb_delta'>): number | null {
  if (live === null || live === undefined || typeof stores !== 'number') return null;
  return nodeKib(live) - stores;
}

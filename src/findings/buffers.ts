import { Math } from '../host/intrinsics.js';
import { addonBuffersKib, addonOf } from './addon-buffers.js';
import { canBeKept, GROWTH_LIMITS } from './growth-limits.js';
import { atEndKib, keptKib } from './kept.js';
import { growth, keptOrGarbage, perCall } from './memory-phrases.js';
import { isMostlyDropped } from './mostly-dropped.js';
import { outsideAtMostKib, outsideKib } from './outside-heap.js';
import { hiddenBuffersKib } from './rest.js';
import { limit, type RowInContext, type Rule, rule } from './rule.js';
import { areStringsTold, stringsKib } from './strings.js';
import { wasmKib } from './wasm.js';

/** Who can have the memory of a Buffer by its own count: node, an addon's blocks, an addon's mappings. */
const BUFFER_HOLDERS = ['buffers_kb', 'native_kb', 'mapped_kb'] as const;

/** What an addon reserved before it was watched, and a memory of WebAssembly without reserved address space, is in no count. */
const BUFFER_PARTS = [...BUFFER_HOLDERS, 'other_kb'] as const;

function whyThere(keptKib: number, given: RowInContext): string {
  if ((atEndKib(BUFFER_HOLDERS, given) ?? keptKib) < keptKib / 2) {
    return "neither malloc nor a mapping of an addon has them: an addon's own allocator, or memories of WebAssembly without reserved address space";
  }
  return keptOrGarbage(given);
}

/**
 * What V8 counts and node does not hides as much of what node counts and V8 does not. How much that is, is known only
 * within what node holds.
 */
function moreHiddenKib(hiddenKib: number, given: RowInContext): number {
  const { external_kb_delta: external, buffers_kb_delta: stores } = given.row;
  if (typeof external !== 'number' || typeof stores !== 'number') return 0;
  return Math.min(stores, stores - external + outsideAtMostKib(given)) - hiddenKib;
}

/** Below a tenth, more does not change what to do. */
const LEAST_MORE = 0.1;

/** Says where to look for memory that no heap snapshot has, if most of it is of that kind. */
function notCounted(hiddenKib: number, keptKib: number): string {
  if (hiddenKib < keptKib / 2) return '';
  return ', most of which V8 does not count in this thread (Blobs, SharedArrayBuffers, Buffers of worker threads, messages to other threads or processes)';
}

/**
 * Backing stores, whoever holds them, and strings outside of the JS heap where no look has told them from Buffers that node
 * does not count.
 *
 * Tried on: one large Buffer, a Buffer in each call, Buffers of addons, memories of WebAssembly; Blobs,
 * SharedArrayBuffers, messages to a child that does not read; files that were read and dropped; strings of 6 to 100 MiB;
 * Buffers from worker threads that have ended.
 */
export const BUFFER_RULES: readonly Rule[] = [
  rule(
    {
      kind: 'buffer-growth',
      needs: ['external_kb_delta', 'rss_kb_peak_max'],
      sources: ['js_peak'],
      condition:
        'kept_kb >= max(least_kb, least_share_of_peak * rss_kb_peak_max) and external_kb_delta <= rss_kb_peak_max, where kept_kb = hidden_kb + counted_kb and counted_kb = max(0, min(external_kb_delta - strings_kb - wasm_kb, program.external_kb_delta, processes * (composition.buffers_kb + composition.native_kb + composition.mapped_kb + composition.other_kb))), or 0 if js_kb_retained is null in every row and that is no more than left_share * native_modules.node',
    },
    ({ external_kb_delta, rss_kb_peak_max }, given) => {
      const least = Math.max(limit('least_kb'), limit('least_share_of_peak') * rss_kb_peak_max);
      const strings_kb = stringsKib(given);
      const outside_kb = areStringsTold(given) ? 0 : outsideKib(given);
      const hidden_kb = hiddenBuffersKib(given);
      const wasm_kb = Math.min(wasmKib(given), Math.max(0, external_kb_delta));
      const counted_kb = keptKib(external_kb_delta - strings_kb - wasm_kb, 'external_kb_delta', BUFFER_PARTS, given);
      // Where most Buffers were dropped, only a collection can tell what is kept: see `uncollected`.
      const told_kb = isMostlyDropped(counted_kb, given) ? 0 : Math.max(0, counted_kb);
      const kept_kb = told_kb + hidden_kb;
      if (kept_kb < least || !canBeKept(external_kb_delta, rss_kb_peak_max, given)) return null;
      const addon_kb = addonBuffersKib(given);
      const atLeast = moreHiddenKib(hidden_kb, given) >= LEAST_MORE * kept_kb ? 'at least ' : '';
      // The addon is named only if most of the Buffers are its own.
      const whose = addon_kb < kept_kb / 2 ? '' : ` whose memory ${addonOf(given.row.native_modules)} allocated`;
      return {
        numbers: { kept_kb, addon_kb, strings_kb, hidden_kb, entries: given.entries },
        thresholds: GROWTH_LIMITS,
        amount: kept_kb,
        whole: rss_kb_peak_max,
        text: `${atLeast}${growth(kept_kb)} of Buffers${outside_kb < kept_kb / 2 ? '' : ' or strings outside the JS heap'}${whose}${notCounted(hidden_kb, kept_kb)}${perCall(kept_kb, given)}; ${whyThere(kept_kb, given)}`,
      };
    },
  ),
];

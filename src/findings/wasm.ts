import { Math } from '../host/intrinsics.js';
import { addonBuffersKib, notNodeKib } from './addon-buffers.js';
import { explainsGrowth, LEAST, RSS_LIMITS } from './growth-limits.js';
import { atEndKib, roomKib } from './kept.js';
import { growth, keptOrGarbage, perCall } from './memory-phrases.js';
import { outsideKib } from './outside-heap.js';
import { restKib } from './rest.js';
import { type RowInContext, type Rule, rule } from './rule.js';

/**
 * What a row can have of memories of WebAssembly: V8 counts those that are not shared, up to Node 24. The others are in no
 * column, and may be what nobody explains, as far as the program has more of them than V8 counts. The process has what the
 * account says, and no more. 0 where that is not known.
 */
export function wasmKib(given: RowInContext): number {
  const atEnd = atEndKib(['wasm_kb'], given);
  if (atEnd === null || atEnd === 0) return 0;
  const { program } = given;
  const uncounted = program === null ? atEnd : atEnd - countedKib({ ...given, row: program });
  const rest = Math.min(restKib(given) ?? 0, uncounted);
  return Math.max(0, Math.min(atEnd, countedKib(given) + Math.max(0, rest)));
}

/** Those that V8 counts. */
function countedKib(given: RowInContext): number {
  return Math.max(0, (notNodeKib(given.row) ?? 0) - addonBuffersKib(given) - outsideKib(given));
}

/**
 * Memories of WebAssembly, which neither malloc nor node has. Garbage is in them: a memory is given back when its object
 * is collected.
 *
 * Tried on: memories of 10 MiB that are kept, shared and not; memories that are dropped.
 */
export const WASM_RULES: readonly Rule[] = [
  rule(
    {
      kind: 'wasm-growth',
      needs: ['rss_kb_delta', 'external_kb_delta', 'rss_kb_peak_max'],
      sources: ['js_peak', 'rss'],
      condition: `wasm_kb >= ${LEAST}, wasm_kb >= share_of_rss * rss_kb_delta and rss_kb_delta <= rss_kb_peak_max, where wasm_kb = min(processes * composition.wasm_kb, max(0, external_kb_delta - buffers_kb_delta - addon_kb - outside_kb) + max(0, min(rest_kb, uncounted_kb)), room_kb)`,
    },
    ({ rss_kb_delta, rss_kb_peak_max }, given) => {
      const wasm_kb = Math.min(wasmKib(given), roomKib(rss_kb_delta, given));
      if (!explainsGrowth(wasm_kb, rss_kb_delta, rss_kb_peak_max, given)) return null;
      return {
        numbers: { wasm_kb, entries: given.entries },
        thresholds: RSS_LIMITS,
        amount: wasm_kb,
        whole: rss_kb_peak_max,
        text: `${growth(wasm_kb)} of memories of WebAssembly${perCall(wasm_kb, given)}; ${keptOrGarbage(given, 'an instance or cache')}`,
      };
    },
  ),
];

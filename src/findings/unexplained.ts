import { Math } from '../host/intrinsics.js';
import { explainsGrowth, LEAST, RSS_LIMITS } from './growth-limits.js';
import { atEndKib } from './kept.js';
import { growth, plain } from './memory-phrases.js';
import { restKib } from './rest.js';
import { type RowInContext, type Rule, rule } from './rule.js';

/**
 * What modules have mapped and the account does not show as resident. Where parts of the account are older than the
 * resident set, it may have become resident since. Null if that is not known.
 */
function mappedSinceKib(given: RowInContext): number | null {
  if (given.composition?.age_s === undefined) return 0;
  const mapped = given.program?.mapped_kb_delta;
  if (typeof mapped !== 'number') return null;
  return Math.max(0, mapped - (atEndKib(['mapped_kb'], given) ?? 0));
}

/**
 * Growth that nobody accounts for, neither in the row nor at the end of the program.
 *
 * Tried on: shared memories of WebAssembly; Blobs, pages of a mapped file, heaps of workers and an addon with an allocator
 * of its own, of which it must not be told.
 */
export const UNEXPLAINED_RULES: readonly Rule[] = [
  rule(
    {
      kind: 'unexplained-growth',
      needs: ['rss_kb_delta', 'native_kb_delta', 'external_kb_delta', 'js_kb_peak_max', 'rss_kb_peak_max'],
      sources: ['native', 'rss', 'js_peak'],
      condition: `composition.other_kb is known, and mapped_kb where composition.age_s is present, unknown_kb >= ${LEAST}, unknown_kb >= share_of_rss * rss_kb_delta and rss_kb_delta <= rss_kb_peak_max, where unknown_kb = min(rest_kb, program.rss_kb_delta, processes * composition.other_kb - mapped_kb) and mapped_kb = max(0, program.mapped_kb_delta - processes * composition.mapped_kb), or 0 where composition.age_s is missing`,
    },
    ({ rss_kb_delta, rss_kb_peak_max }, given) => {
      const rest = restKib(given);
      const atEnd = atEndKib(['other_kb'], given);
      const mapped_kb = mappedSinceKib(given);
      if (rest === null || atEnd === null || mapped_kb === null) return null;
      const unknown_kb = Math.min(rest, rss_kb_delta, given.program?.rss_kb_delta ?? rss_kb_delta, atEnd - mapped_kb);
      if (!explainsGrowth(unknown_kb, rss_kb_delta, rss_kb_peak_max, given)) return null;
      return {
        numbers: { unknown_kb, mapped_kb },
        thresholds: RSS_LIMITS,
        amount: unknown_kb,
        whole: rss_kb_peak_max,
        text: `rss ${growth(rss_kb_delta)}, of which nobody accounts for ${plain(unknown_kb)}: neither JS, Buffers and malloc, nor what modules have mapped; /proc/PID/smaps shows which mapping grew`,
      };
    },
  ),
];

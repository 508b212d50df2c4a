import { Math } from '../host/intrinsics.js';
import { addonBuffersKib } from './addon-buffers.js';
import { canBeKept, GROWTH_LIMITS, LEAST, leastKib } from './growth-limits.js';
import { keptKib } from './kept.js';
import { growth, heldBy, perCall } from './memory-phrases.js';
import { outsideAtMostKib } from './outside-heap.js';
import { type RowInContext, type Rule, rule } from './rule.js';

/** What the program kept of live native blocks, without what may be strings or Buffers. Null if that is not known. */
function ofProgramAtMostKib(given: RowInContext): number | null {
  const { program } = given;
  if (typeof program?.native_kb_delta !== 'number') return null;
  return program.native_kb_delta - outsideAtMostKib({ ...given, row: program });
}

/**
 * Live native blocks.
 *
 * Tried on: streams that stay open; SharedArrayBuffers of worker threads that have ended, of which it must not be told.
 */
export const NATIVE_RULES: readonly Rule[] = [
  rule(
    {
      kind: 'native-growth',
      needs: ['native_kb_delta', 'rss_kb_peak_max'],
      sources: ['native'],
      condition: `native_kb >= ${LEAST} and native_kb_delta <= native_kb_peak_max, or <= rss_kb_peak_max where that is null, where native_kb = min(native_kb_delta - addon_kb - outside_kb, program.native_kb_delta - program.outside_kb, or processes * composition.native_kb where that is not known)`,
    },
    ({ native_kb_delta, rss_kb_peak_max }, given) => {
      const { row, entries } = given;
      const peakKib = row.native_kb_peak_max ?? rss_kb_peak_max;
      const outside_kb = outsideAtMostKib(given);
      const left_kb = keptKib(
        native_kb_delta - addonBuffersKib(given) - outside_kb,
        'native_kb_delta',
        // The part of the account has only what is resident.
        given.program === null ? ['native_kb'] : [],
        given,
      );
      const native_kb = Math.min(left_kb, ofProgramAtMostKib(given) ?? left_kb);
      if (native_kb < leastKib(rss_kb_peak_max, given, 'native')) return null;
      if (!canBeKept(native_kb_delta, peakKib, given)) return null;
      return {
        numbers: {
          ...(row.native_kb_peak_max === null ? {} : { native_kb_peak_max: row.native_kb_peak_max }),
          native_kb,
          entries,
        },
        thresholds: GROWTH_LIMITS,
        amount: native_kb,
        whole: rss_kb_peak_max,
        text: `${growth(native_kb)} of live native blocks${perCall(native_kb, given)}${heldBy(row, outside_kb)}; what is not closed or disposed of?`,
      };
    },
  ),
];

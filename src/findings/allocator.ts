import { Math } from '../host/intrinsics.js';
import { returnSooner } from './advice.js';
import { explainsGrowth, LEAST, RSS_LIMITS } from './growth-limits.js';
import { atEndKib, jsGrowthKib } from './kept.js';
import { growth, plain } from './memory-phrases.js';
import { othersKib } from './rest.js';
import { covers, type Rule, rule } from './rule.js';

/** What the allocator keeps of what was freed. */
export const ALLOCATOR_RULES: readonly Rule[] = [
  rule(
    {
      kind: 'fragmentation',
      needs: ['allocator_kb_delta', 'rss_kb_delta', 'native_kb_delta', 'external_kb_delta', 'rss_kb_peak_max'],
      sources: ['allocator', 'native', 'rss'],
      condition: `free_kb >= ${LEAST} and free_kb >= share_of_rss * rss_kb_delta and rss_kb_delta <= rss_kb_peak_max, where free_kb = min(allocator_kb_delta, processes * composition.allocator_free_kb, rss_kb_delta, rss_kb_delta - native_kb_delta - external_kb_delta - others_kb)`,
    },
    (known, given) => {
      const { allocator_kb_delta, rss_kb_delta, native_kb_delta, external_kb_delta, rss_kb_peak_max } = known;
      // Free chunks need not be resident. They cannot have the part of the growth that live blocks and Buffers have.
      // What the allocator gave back or handed out again before the end is no loss.
      const free_kb = Math.min(
        allocator_kb_delta,
        atEndKib(['allocator_free_kb'], given) ?? allocator_kb_delta,
        rss_kb_delta,
        rss_kb_delta - native_kb_delta - external_kb_delta - othersKib(given),
      );
      if (!explainsGrowth(free_kb, rss_kb_delta, rss_kb_peak_max, given)) return null;
      return {
        numbers: { free_kb },
        thresholds: RSS_LIMITS,
        amount: free_kb,
        whole: rss_kb_peak_max,
        text: `rss ${growth(rss_kb_delta)}, of which up to ${plain(free_kb)} is memory the allocator holds without use; ${returnSooner(given)}`,
      };
    },
  ),
  // The allocator is seldom asked if it has many free chunks, because the answer is costly. What is left of the growth
  // may then be its own, as far as it was asked at the end and had so much. A rest alone proves nothing.
  rule(
    {
      kind: 'fragmentation',
      needs: [
        'rss_kb_delta',
        'native_kb_delta',
        'native_kb_alloc',
        'external_kb_delta',
        'mapped_kb_delta',
        'js_kb_peak_max',
        'rss_kb_peak_max',
      ],
      sources: ['native', 'rss', 'js_peak'],
      condition: `allocator_kb_delta is null, or of several calls with more than skipped_share of the readings of sources.allocator skipped, freed_kb >= ${LEAST}, freed_kb >= share_of_rss * rss_kb_delta, freed_kb <= native_kb_alloc and rss_kb_delta <= rss_kb_peak_max, where freed_kb = min(rest_kb - max(0, js_kb_delta), processes * composition.allocator_free_kb) and rest_kb = rss_kb_delta - max(0, native_kb_delta) - max(0, external_kb_delta) - max(0, mapped_kb_delta) - others_kb`,
    },
    (known, given) => {
      if (given.row.allocator_kb_delta !== null && covers(given.sources.allocator, given)) return null;
      const { rss_kb_delta, native_kb_alloc, js_kb_peak_max, rss_kb_peak_max } = known;
      const explained = [known.native_kb_delta, known.external_kb_delta, known.mapped_kb_delta];
      const rest_kb = explained.reduce((left, kib) => left - Math.max(0, kib), rss_kb_delta - othersKib(given));
      const freed_kb = Math.min(
        rest_kb - jsGrowthKib(given, js_kb_peak_max),
        atEndKib(['allocator_free_kb'], given) ?? 0,
      );
      if (freed_kb > native_kb_alloc || !explainsGrowth(freed_kb, rss_kb_delta, rss_kb_peak_max, given)) return null;
      return {
        numbers: { freed_kb },
        thresholds: RSS_LIMITS,
        amount: freed_kb,
        whole: rss_kb_peak_max,
        text: `rss ${growth(rss_kb_delta)}, of which some ${plain(freed_kb)} is freed memory that the allocator holds; ${returnSooner(given)}`,
      };
    },
  ),
];

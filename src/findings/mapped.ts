import { Math } from '../host/intrinsics.js';
import { explainsGrowth, LEAST, RSS_LIMITS } from './growth-limits.js';
import { atEndKib, jsGrowthKib, keptKib } from './kept.js';
import { mainModule } from './main-module.js';
import { growth, plain } from './memory-phrases.js';
import { othersKib } from './rest.js';
import { type Rule, rule } from './rule.js';

/** What modules map from the system themselves. */
export const MAPPED_RULES: readonly Rule[] = [
  rule(
    {
      kind: 'mapped-growth',
      needs: [
        'mapped_kb_delta',
        'rss_kb_delta',
        'native_kb_delta',
        'external_kb_delta',
        'js_kb_peak_max',
        'rss_kb_peak_max',
      ],
      sources: ['native', 'rss', 'js_peak'],
      condition: `composition.mapped_kb or allocator_kb_delta is known, mapped_kb >= ${LEAST}, mapped_kb >= share_of_rss * rss_kb_delta and rss_kb_delta <= rss_kb_peak_max, where mapped_kb = min(mapped_kb_delta, program.mapped_kb_delta, processes * composition.mapped_kb, rss_kb_delta - max(0, native_kb_delta) - max(0, external_kb_delta) - max(0, allocator_kb_delta) - js_kb - others_kb) and js_kb = max(0, js_kb_delta), or js_kb_peak_max where composition.mapped_kb is null`,
    },
    (known, given) => {
      const { mapped_kb_delta, rss_kb_delta, js_kb_peak_max, rss_kb_peak_max } = known;
      const allocator = given.row.allocator_kb_delta;
      const residentKib = atEndKib(['mapped_kb'], given);
      if (residentKib === null && typeof allocator !== 'number') return null;
      // A mapping is address space, and most of it may never be resident. It cannot have what others hold.
      const js_kb = residentKib === null ? js_kb_peak_max : jsGrowthKib(given, js_kb_peak_max);
      const explained = [known.native_kb_delta, known.external_kb_delta, allocator ?? 0];
      const mapped_kb = Math.min(
        keptKib(mapped_kb_delta, 'mapped_kb_delta', ['mapped_kb'], given),
        explained.reduce((left, kib) => left - Math.max(0, kib), rss_kb_delta - js_kb - othersKib(given)),
      );
      if (!explainsGrowth(mapped_kb, rss_kb_delta, rss_kb_peak_max, given)) return null;
      return {
        numbers: { mapped_kb },
        thresholds: RSS_LIMITS,
        amount: mapped_kb,
        whole: rss_kb_peak_max,
        text: `rss ${growth(rss_kb_delta)}, of which up to ${plain(mapped_kb)} was mapped past malloc by ${mainModule(given.composition?.mapped_modules) ?? 'an addon'}: files, or an allocator of its own; a collection frees what JS has dropped, and MIMALLOC_PURGE_DELAY=0 returns it if that is mimalloc`,
      };
    },
  ),
];

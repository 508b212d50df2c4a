import { Math } from '../host/intrinsics.js';
import { returnSooner } from './advice.js';
import { addonBuffersKib, addonOf } from './buffers.js';
import { atEndKib, keptKib } from './kept.js';
import { mainModule } from './main-module.js';
import { growth, heldBy, perCall, plain } from './memory-phrases.js';
import { covers, limit, type RowInContext, type Rule, rule } from './rule.js';

/** Each of the two ends of a call may be off by the bound of the source. */
const ENDS = 2;

/** Less growth does not decide how much memory the job needs, or is within the error of the source. */
function leastKib(peakKib: number, { sources }: RowInContext, source: 'native' | 'rss'): number {
  return Math.max(limit('least_kb'), limit('least_share_of_peak') * peakKib, ENDS * (sources[source].bound_kb ?? 0));
}

/**
 * Whether so much memory can still be there. A stage that allocates what another one frees grows with every call, and
 * the sum soon exceeds all that was ever there at once.
 */
function canBeKept(growthKib: number, peakKib: number, { processes }: RowInContext): boolean {
  return growthKib <= peakKib * processes;
}

function jsGrowthKib({ row }: RowInContext, peakKib: number): number {
  return typeof row.js_kb_delta === 'number' ? Math.max(0, row.js_kb_delta) : peakKib;
}

/** Who can have the memory of a Buffer by its own count: node, an addon's blocks, an addon's mappings. */
const BUFFER_HOLDERS = ['backing_stores_kb', 'native_live_kb', 'mapped_kb'] as const;

/** Memories of WebAssembly, and what an addon has reserved before it was watched, are in no count. */
const BUFFER_PARTS = [...BUFFER_HOLDERS, 'residual_kb'] as const;

/** Only a collection tells what is kept from what is garbage. */
function whyThere(keptKib: number, given: RowInContext): string {
  if ((atEndKib(BUFFER_HOLDERS, given) ?? keptKib) < keptKib / 2) {
    return "neither malloc nor a mapping of an addon has them: memories of WebAssembly, or an addon's own allocator";
  }
  return typeof given.row.js_kb_retained === 'number'
    ? 'JS keeps them: which cache or queue?'
    : "a cache or queue keeps them, or no collection has freed them yet: collect: 'outermost' (run --collect outermost) tells";
}

const GROWTH_LIMITS = { least_kb: limit('least_kb'), least_share_of_peak: limit('least_share_of_peak') };

const RSS_LIMITS = { ...GROWTH_LIMITS, share_of_rss: limit('share_of_rss') };

const LEAST = 'max(least_kb, least_share_of_peak * rss_kb_peak_max, 2 * bound_kb)';

/** Whether the growth of the resident set is worth a word, and `amount` explains enough of it. */
function explainsGrowth(amount: number, rssKib: number, peakKib: number, given: RowInContext): boolean {
  return (
    amount >= leastKib(peakKib, given, 'rss') &&
    amount >= limit('share_of_rss') * rssKib &&
    canBeKept(rssKib, peakKib, given)
  );
}

/** Who holds the memory of a stage, and what the stage needs for a moment. */
export const MEMORY_RULES: readonly Rule[] = [
  rule(
    {
      kind: 'fragmentation',
      needs: ['allocator_kb_delta', 'rss_kb_delta', 'native_kb_delta', 'external_kb_delta', 'rss_kb_peak_max'],
      sources: ['allocator', 'native', 'rss'],
      condition: `free_kb >= ${LEAST} and free_kb >= share_of_rss * rss_kb_delta and rss_kb_delta <= rss_kb_peak_max, where free_kb = min(allocator_kb_delta, processes * composition.allocator_free_kb, rss_kb_delta, rss_kb_delta - native_kb_delta - external_kb_delta)`,
    },
    (known, given) => {
      const { allocator_kb_delta, rss_kb_delta, native_kb_delta, external_kb_delta, rss_kb_peak_max } = known;
      // Free chunks need not be resident. They cannot have the part of the growth that live blocks and Buffers have.
      // What the allocator gave back or handed out again before the end is no loss.
      const free_kb = Math.min(
        allocator_kb_delta,
        atEndKib(['allocator_free_kb'], given) ?? allocator_kb_delta,
        rss_kb_delta,
        rss_kb_delta - native_kb_delta - external_kb_delta,
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
  // may then be its own, as far as it was asked at the end and had so much. A rest alone proves nothing: Blobs, heaps of
  // workers and pages of files are in no column.
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
      condition: `allocator_kb_delta is null, or of several calls with more than skipped_share of the readings of sources.allocator skipped, freed_kb >= ${LEAST}, freed_kb >= share_of_rss * rss_kb_delta, freed_kb <= native_kb_alloc and rss_kb_delta <= rss_kb_peak_max, where freed_kb = min(rest_kb - max(0, js_kb_delta), processes * composition.allocator_free_kb) and rest_kb = rss_kb_delta - max(0, native_kb_delta) - max(0, external_kb_delta) - max(0, mapped_kb_delta)`,
    },
    (known, given) => {
      if (given.row.allocator_kb_delta !== null && covers(given.sources.allocator, given)) return null;
      const { rss_kb_delta, native_kb_alloc, js_kb_peak_max, rss_kb_peak_max } = known;
      const explained = [known.native_kb_delta, known.external_kb_delta, known.mapped_kb_delta];
      const rest_kb = explained.reduce((left, kib) => left - Math.max(0, kib), rss_kb_delta);
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
  rule(
    {
      kind: 'native-growth',
      needs: ['native_kb_delta', 'rss_kb_peak_max'],
      sources: ['native'],
      condition: `native_kb >= ${LEAST} and native_kb_delta <= native_kb_peak_max, or <= rss_kb_peak_max where that is null, where native_kb = min(native_kb_delta - addon_kb, program.native_kb_delta, processes * composition.native_live_kb)`,
    },
    ({ native_kb_delta, rss_kb_peak_max }, given) => {
      const { row, entries } = given;
      const peakKib = row.native_kb_peak_max ?? rss_kb_peak_max;
      const native_kb = keptKib(native_kb_delta - addonBuffersKib(given), 'native_kb_delta', ['native_live_kb'], given);
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
        text: `${growth(native_kb)} of live native blocks${perCall(native_kb, given)}${heldBy(row)}; what is not closed or disposed of?`,
      };
    },
  ),
  rule(
    {
      kind: 'buffer-growth',
      needs: ['external_kb_delta', 'rss_kb_peak_max'],
      sources: ['js_peak'],
      condition:
        'kept_kb >= max(least_kb, least_share_of_peak * rss_kb_peak_max) and external_kb_delta <= rss_kb_peak_max, where kept_kb = min(external_kb_delta, program.external_kb_delta, processes * (composition.backing_stores_kb + composition.native_live_kb + composition.mapped_kb + composition.residual_kb))',
    },
    ({ external_kb_delta, rss_kb_peak_max }, given) => {
      const least = Math.max(limit('least_kb'), limit('least_share_of_peak') * rss_kb_peak_max);
      const kept_kb = keptKib(external_kb_delta, 'external_kb_delta', BUFFER_PARTS, given);
      if (kept_kb < least || !canBeKept(external_kb_delta, rss_kb_peak_max, given)) return null;
      const addon_kb = addonBuffersKib(given);
      // The addon is named only if most of the Buffers are its own.
      const whose =
        addon_kb < external_kb_delta / 2 ? '' : ` whose memory ${addonOf(given.row.native_modules)} allocated`;
      return {
        numbers: { kept_kb, addon_kb, entries: given.entries },
        thresholds: GROWTH_LIMITS,
        amount: kept_kb,
        whole: rss_kb_peak_max,
        text: `${growth(kept_kb)} of Buffers${whose}${perCall(kept_kb, given)}; ${whyThere(kept_kb, given)}`,
      };
    },
  ),
  rule(
    {
      kind: 'mapped-outside-malloc',
      needs: [
        'mapped_kb_delta',
        'rss_kb_delta',
        'native_kb_delta',
        'external_kb_delta',
        'js_kb_peak_max',
        'rss_kb_peak_max',
      ],
      sources: ['native', 'rss', 'js_peak'],
      condition: `composition.mapped_kb or allocator_kb_delta is known, mapped_kb >= ${LEAST}, mapped_kb >= share_of_rss * rss_kb_delta and rss_kb_delta <= rss_kb_peak_max, where mapped_kb = min(mapped_kb_delta, processes * composition.mapped_kb, rss_kb_delta - max(0, native_kb_delta) - max(0, external_kb_delta) - max(0, allocator_kb_delta) - js_kb) and js_kb = max(0, js_kb_delta), or js_kb_peak_max where composition.mapped_kb is null`,
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
        mapped_kb_delta,
        residentKib ?? mapped_kb_delta,
        explained.reduce((left, kib) => left - Math.max(0, kib), rss_kb_delta - js_kb),
      );
      if (!explainsGrowth(mapped_kb, rss_kb_delta, rss_kb_peak_max, given)) return null;
      return {
        numbers: { mapped_kb },
        thresholds: RSS_LIMITS,
        amount: mapped_kb,
        whole: rss_kb_peak_max,
        text: `rss ${growth(rss_kb_delta)}, of which up to ${plain(mapped_kb)} was mapped past malloc: files, or an addon's own allocator; set the memory limit of ${mainModule(given.composition?.mapped_modules) ?? 'that addon'}`,
      };
    },
  ),
  rule(
    {
      kind: 'js-growth',
      needs: ['js_kb_retained', 'js_kb_peak_max', 'rss_kb_peak_max'],
      sources: ['js_peak'],
      condition:
        'kept_kb >= max(least_retained_kb, least_share_of_peak * rss_kb_peak_max) and js_kb_retained <= js_kb_peak_max, where kept_kb = min(js_kb_retained, program.js_kb_delta)',
    },
    ({ js_kb_retained, js_kb_peak_max, rss_kb_peak_max }, given) => {
      const least = Math.max(limit('least_retained_kb'), limit('least_share_of_peak') * rss_kb_peak_max);
      const kept_kb = keptKib(js_kb_retained, 'js_kb_delta', [], given);
      if (kept_kb < least || !canBeKept(js_kb_retained, js_kb_peak_max, given)) return null;
      return {
        numbers: { kept_kb, entries: given.entries },
        thresholds: {
          least_retained_kb: limit('least_retained_kb'),
          least_share_of_peak: limit('least_share_of_peak'),
        },
        amount: kept_kb,
        whole: rss_kb_peak_max,
        text: `${growth(kept_kb)} of JS objects kept after collections${perCall(kept_kb, given)}; compare two heap snapshots`,
      };
    },
  ),
  rule(
    {
      kind: 'js-growth',
      needs: ['js_kb_delta', 'js_kb_peak_max', 'rss_kb_delta', 'rss_kb_peak_max'],
      sources: ['js_peak', 'rss'],
      condition: `js_kb_retained is null, js_kb >= ${LEAST}, js_kb >= share_of_rss * rss_kb_delta, js_kb_delta <= js_kb_peak_max and rss_kb_delta <= rss_kb_peak_max, where js_kb = min(js_kb_delta, rss_kb_delta)`,
    },
    ({ js_kb_delta, js_kb_peak_max, rss_kb_delta, rss_kb_peak_max }, given) => {
      if (typeof given.row.js_kb_retained === 'number') return null;
      const js_kb = Math.min(js_kb_delta, rss_kb_delta);
      if (!explainsGrowth(js_kb, rss_kb_delta, rss_kb_peak_max, given)) return null;
      if (!canBeKept(js_kb_delta, js_kb_peak_max, given)) return null;
      return {
        numbers: { js_kb },
        thresholds: RSS_LIMITS,
        amount: js_kb,
        whole: rss_kb_peak_max,
        text: `rss ${growth(rss_kb_delta)}, js ${growth(js_kb_delta)} with garbage; collect: 'outermost' (run --collect outermost) tells what is kept`,
      };
    },
  ),
  rule(
    {
      kind: 'transient-native',
      needs: ['native_kb_alloc', 'native_kb_delta', 'native_kb_peak_max', 'rss_kb_peak_max'],
      sources: ['native'],
      condition:
        'transient_kb >= max(least_kb, transient_share_of_peak * rss_kb_peak_max) and native_kb_delta <= kept_share * native_kb_alloc, where transient_kb = min(native_kb_alloc / entries, native_kb_peak_max - max(0, native_kb_delta, composition.native_live_kb))',
    },
    ({ native_kb_alloc, native_kb_delta, native_kb_peak_max, rss_kb_peak_max }, given) => {
      const { entries } = given;
      // The peak is a level: it contains what was live before the call and what earlier calls kept. What a call added
      // for a moment is at most what it allocated, and at most the difference of the peak and what is still live.
      const kept = Math.max(0, native_kb_delta);
      const transient_kb = Math.min(
        native_kb_alloc / entries,
        native_kb_peak_max - Math.max(kept, given.composition?.native_live_kb ?? 0),
      );
      if (transient_kb < Math.max(limit('least_kb'), limit('transient_share_of_peak') * rss_kb_peak_max)) return null;
      if (kept > limit('kept_share') * native_kb_alloc) return null;
      return {
        numbers: { transient_kb, entries },
        thresholds: {
          least_kb: limit('least_kb'),
          transient_share_of_peak: limit('transient_share_of_peak'),
          kept_share: limit('kept_share'),
        },
        amount: transient_kb,
        whole: rss_kb_peak_max,
        text: `up to ${plain(transient_kb)} of native memory at once in a call, given back at its end: the job needs it all the same; smaller pieces, or fewer at once`,
      };
    },
  ),
];

import { Math } from '../host/intrinsics.js';
import { plain } from './memory-phrases.js';
import { limit, type Rule, rule } from './rule.js';

/** Native memory that is needed for a moment only. */
export const TRANSIENT_RULES: readonly Rule[] = [
  rule(
    {
      kind: 'transient-native',
      needs: ['native_kb_alloc', 'native_kb_delta', 'native_kb_peak_max', 'rss_kb_peak_max'],
      sources: ['native'],
      condition:
        'transient_kb >= max(least_kb, transient_share_of_peak * rss_kb_peak_max) and native_kb_delta <= kept_share * native_kb_alloc, where transient_kb = min(native_kb_alloc / entries, native_kb_peak_max - max(0, native_kb_delta, program.native_kb_delta, or composition.native_kb where that is not known))',
    },
    ({ native_kb_alloc, native_kb_delta, native_kb_peak_max, rss_kb_peak_max }, given) => {
      const { entries } = given;
      // The peak is a level: it contains what was live before the call and what earlier calls kept. What a call added
      // for a moment is at most what it allocated, and at most the difference of the peak and what is still live.
      const kept = Math.max(0, native_kb_delta);
      const transient_kb = Math.min(
        native_kb_alloc / entries,
        native_kb_peak_max - Math.max(kept, given.program?.native_kb_delta ?? given.composition?.native_kb ?? 0),
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

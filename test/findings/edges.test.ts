import { expect, test } from 'vitest';
import type { FindingKind } from '../../src/findings/rule.js';
import type { StageRow } from '../../src/model/report.js';
import { EXAMPLES, GIB, kinds, MIB } from '../support/finding-examples.js';

/** For each condition a row that just meets it, and the values that just miss it. */
const EDGES: readonly [FindingKind, why: string, holds: Partial<StageRow>, fails: Partial<StageRow>][] = [
  ['fragmentation', 'least_kb', { allocator_kb_delta: 307_200 }, { allocator_kb_delta: 307_199 }],
  [
    'fragmentation',
    'share_of_rss',
    { rss_kb_delta: GIB, allocator_kb_delta: 262_144 },
    { allocator_kb_delta: 262_143 },
  ],
  ['fragmentation', 'live blocks have it', { native_kb_delta: 880 * MIB }, { native_kb_delta: 880 * MIB + 1 }],
  ['fragmentation', 'Buffers have it', { external_kb_delta: 870 * MIB }, { external_kb_delta: 870 * MIB + 1 }],
  ['fragmentation', 'more than was ever there', { rss_kb_peak_max: 1200 * MIB }, { rss_kb_peak_max: 1200 * MIB - 1 }],
  ['native-growth', 'least_kb', { native_kb_delta: 64 * MIB }, { native_kb_delta: 64 * MIB - 1 }],
  [
    'native-growth',
    'least_share_of_peak',
    { rss_kb_peak_max: 2 * GIB, native_kb_delta: 104_858 },
    { rss_kb_peak_max: 2 * GIB, native_kb_delta: 104_857 },
  ],
  [
    'native-growth',
    'more than was ever there',
    { native_kb_peak_max: 400 * MIB },
    { native_kb_peak_max: 400 * MIB - 1 },
  ],
  [
    'native-growth',
    'above the resident peak',
    { native_kb_peak_max: null, rss_kb_peak_max: 400 * MIB },
    { native_kb_peak_max: null, rss_kb_peak_max: 400 * MIB - 1 },
  ],
  ['mapped-growth', 'share_of_rss', { mapped_kb_delta: 200 * MIB }, { mapped_kb_delta: 200 * MIB - 1 }],
  [
    'mapped-growth',
    'least_kb',
    { rss_kb_delta: 64 * MIB, native_kb_delta: 0, external_kb_delta: 0 },
    { rss_kb_delta: 64 * MIB - 1, native_kb_delta: 0, external_kb_delta: 0 },
  ],
  ['buffer-growth', 'least_kb', { external_kb_delta: 64 * MIB }, { external_kb_delta: 64 * MIB - 1 }],
  ['buffer-growth', 'more than was ever there', { rss_kb_peak_max: 200 * MIB }, { rss_kb_peak_max: 200 * MIB - 1 }],
  ['mapped-growth', 'the JS heap may have it', { js_kb_peak_max: 500 * MIB }, { js_kb_peak_max: 501 * MIB }],
  ['mapped-growth', 'the allocator has it', { allocator_kb_delta: 500 * MIB }, { allocator_kb_delta: 501 * MIB }],
  ['mapped-growth', 'the allocator was not asked', { allocator_kb_delta: 0 }, { allocator_kb_delta: null }],
  ['mapped-growth', 'live blocks have it', { native_kb_delta: 550 * MIB }, { native_kb_delta: 551 * MIB }],
  ['mapped-growth', 'more than was ever there', { rss_kb_peak_max: 800 * MIB }, { rss_kb_peak_max: 800 * MIB - 1 }],
  [
    'js-growth',
    'least_retained_kb',
    { js_kb_retained: 16 * MIB, rss_kb_peak_max: 320 * MIB },
    { js_kb_retained: 16 * MIB - 1, rss_kb_peak_max: 320 * MIB },
  ],
  ['js-growth', 'least_share_of_peak', { js_kb_retained: 52_429 }, { js_kb_retained: 52_428 }],
  ['js-growth', 'more than was ever there', { js_kb_peak_max: 100 * MIB }, { js_kb_peak_max: 100 * MIB - 1 }],
  [
    'transient-native',
    'transient_share_of_peak',
    { native_kb_peak_max: 266 * MIB },
    { native_kb_peak_max: 266 * MIB - 1 },
  ],
  ['transient-native', 'volume of a call', { native_kb_alloc: 2560 * MIB }, { native_kb_alloc: 2559 * MIB }],
  [
    'transient-native',
    'least_kb',
    { native_kb_peak_max: 74 * MIB, rss_kb_peak_max: 200 * MIB },
    { native_kb_peak_max: 74 * MIB - 1, rss_kb_peak_max: 200 * MIB },
  ],
  [
    'transient-native',
    'kept_share',
    { native_kb_peak_max: 4 * GIB, native_kb_alloc: 10 * GIB, native_kb_delta: GIB },
    { native_kb_alloc: 10 * GIB - 1 },
  ],
  ['gc-bound', 'gc_share', { wall_s: 120 }, { wall_s: 120.001 }],
  ['gc-bound', 'least_share_of_run', { gc_s: 5 }, { gc_s: 4.999 }],
  ['waiting', 'waiting_share', { cpu_self_s: 20 }, { cpu_self_s: 20.001 }],
  ['waiting', 'least_share_of_run', { wall_self_s: 5, cpu_self_s: 0 }, { wall_self_s: 4.999, cpu_self_s: 0 }],
  ['off-thread', 'off_thread_share', { thread_cpu_s: 40 }, { thread_cpu_s: 40.001 }],
  ['off-thread', 'least_share_of_run', { cpu_s: 5, thread_cpu_s: 0 }, { cpu_s: 4.999, thread_cpu_s: 0 }],
];

test.each(EDGES)('%s is found at the threshold and not beyond: %s', (kind, _, holds, fails) => {
  expect(kinds({ ...EXAMPLES[kind], ...holds })).toContain(kind);
  expect(kinds({ ...EXAMPLES[kind], ...holds, ...fails })).not.toContain(kind);
});

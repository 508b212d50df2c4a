import { findingsOfRow } from '../../src/findings/row-findings.js';
import type { Finding, FindingContext, FindingKind } from '../../src/findings/rule.js';
import type { StageRow } from '../../src/model/report.js';
import { report, row } from './report-fixture.js';

export const MIB = 1024;
export const GIB = 1024 * MIB;

/** A run whose stages were open for 100 s, so that 5 s are enough for a finding. */
export const RUN = report({ total_wall_s: 110, outside_wall_s: 10 });

/** Growth by octave of ten calls of which each adds as much. */
export function steadily(kib: number): StageRow['growth_by_octave'] {
  return [1, 2, 4, 3].map((calls, octave) => [octave, (calls * kib) / 10]);
}

/** For each kind, a row that is well beyond every threshold and has no finding of another kind. */
export const EXAMPLES: Readonly<Record<FindingKind, Partial<StageRow>>> = {
  fragmentation: {
    allocator_kb_delta: 900 * MIB,
    rss_kb_delta: 1200 * MIB,
    native_kb_delta: 30 * MIB,
    external_kb_delta: 20 * MIB,
    rss_kb_peak_max: 2 * GIB,
  },
  'native-growth': {
    native_kb_delta: 400 * MIB,
    native_kb_peak_max: 500 * MIB,
    rss_kb_peak_max: GIB,
    growth_by_octave: steadily(400 * MIB),
  },
  'buffer-growth': {
    external_kb_delta: 200 * MIB,
    native_kb_delta: 0,
    rss_kb_peak_max: GIB,
    growth_by_octave: steadily(200 * MIB),
  },
  'string-growth': {
    native_kb_delta: 150 * MIB,
    native_kb_peak_max: 200 * MIB,
    external_kb_delta: 150 * MIB,
    rss_kb_delta: 150 * MIB,
    native_modules: { node: 160 * MIB },
    rss_kb_peak_max: GIB,
    growth_by_octave: steadily(150 * MIB),
  },
  'mapped-growth': {
    mapped_kb_delta: 4 * GIB,
    allocator_kb_delta: 0,
    js_kb_peak_max: 0,
    rss_kb_delta: 800 * MIB,
    native_kb_delta: 50 * MIB,
    external_kb_delta: 50 * MIB,
    rss_kb_peak_max: GIB,
  },
  'wasm-growth': { external_kb_delta: 200 * MIB, buffers_kb_delta: 0, rss_kb_delta: 210 * MIB, rss_kb_peak_max: GIB },
  'worker-growth': {
    workers_kb_delta: 300 * MIB,
    rss_kb_delta: 320 * MIB,
    rss_kb_peak_max: GIB,
    growth_by_octave: steadily(320 * MIB),
  },
  'file-pages': { file_kb_delta: 300 * MIB, rss_kb_delta: 310 * MIB, rss_kb_peak_max: GIB },
  'js-growth': {
    js_kb_retained: 100 * MIB,
    js_kb_peak_max: 300 * MIB,
    rss_kb_peak_max: GIB,
    growth_by_octave: steadily(100 * MIB),
  },
  uncollected: {
    external_kb_delta: 0,
    js_kb_delta: 300 * MIB,
    js_kb_peak_max: 400 * MIB,
    rss_kb_delta: 320 * MIB,
    rss_kb_peak_max: GIB,
  },
  'unexplained-growth': {
    rss_kb_delta: 300 * MIB,
    native_kb_delta: 10 * MIB,
    external_kb_delta: 10 * MIB,
    js_kb_delta: 10 * MIB,
    js_kb_peak_max: 50 * MIB,
    rss_kb_peak_max: GIB,
  },
  'transient-native': {
    native_kb_alloc: 9 * GIB,
    native_kb_delta: 10 * MIB,
    native_kb_peak_max: 950 * MIB,
    rss_kb_peak_max: GIB,
  },
  'gc-bound': { gc_s: 12, wall_s: 40 },
  waiting: { wall_self_s: 40, cpu_self_s: 4 },
  'off-thread': { cpu_s: 80, thread_cpu_s: 10 },
};

export const COMPOSITION = {
  rss_kb: null,
  js_heap_kb: null,
  worker_heaps_kb: null,
  buffers_kb: null,
  strings_kb: null,
  wasm_kb: null,
  native_kb: null,
  allocator_free_kb: null,
  mapped_kb: null,
  files_kb: null,
  code_kb: null,
  stacks_kb: null,
  shared_kb: null,
  other_kb: null,
  mapped_modules: {},
  files: {},
};

/** The allocator was asked at the end of the run, and 900 MiB were free in it. */
export const FREE_AT_END: FindingContext = { ...RUN, composition: { ...COMPOSITION, allocator_free_kb: 900 * MIB } };

/** A row in which 3 GiB were allocated and all but 30 MiB freed, and the allocator's statistics were not read at its ends. */
export const FREED: Partial<StageRow> = {
  rss_kb_delta: 1000 * MIB,
  native_kb_delta: 30 * MIB,
  native_kb_alloc: 3 * GIB,
  native_kb_peak_max: 200 * MIB,
  external_kb_delta: -10 * MIB,
  mapped_kb_delta: 20 * MIB,
  js_kb_peak_max: 50 * MIB,
  rss_kb_peak_max: 2 * GIB,
};

/** Nobody accounts for 250 MiB at the end of the run. */
export const UNKNOWN_AT_END: FindingContext = { ...RUN, composition: { ...COMPOSITION, other_kb: 250 * MIB } };

/** 200 MiB are in memories of WebAssembly at the end of the run. */
const WASM_AT_END: FindingContext = { ...RUN, composition: { ...COMPOSITION, wasm_kb: 200 * MIB } };

/** 150 MiB are in strings outside of the JS heap at the end of the run. */
const STRINGS_AT_END: FindingContext = { ...RUN, composition: { ...COMPOSITION, strings_kb: 150 * MIB } };

/** What the example for a condition needs from the header. */
export const contextOf = (values: Partial<StageRow>): FindingContext => {
  if (values === FREED) return FREE_AT_END;
  if (values === EXAMPLES['wasm-growth']) return WASM_AT_END;
  if (values === EXAMPLES['string-growth']) return STRINGS_AT_END;
  return values === EXAMPLES['unexplained-growth'] ? UNKNOWN_AT_END : RUN;
};

/** A finding of the stage `a`. `members` replace its defaults. */
export function finding(kind: FindingKind, members: Partial<Finding> = {}): Finding {
  const { amount = 1 } = members;
  const text = `${kind} ${amount}`;
  return { stage: 'a', kind, text, numbers: { amount }, thresholds: {}, amount, share: 0.5, shared: false, ...members };
}

/** The example for a condition. `fragmentation` has a second condition, for rows that lack the best numbers. */
export const exampleOf = (kind: FindingKind, needs: readonly string[]) =>
  needs.includes('mapped_kb_delta') && kind === 'fragmentation' ? FREED : EXAMPLES[kind];

export const of = (values: Partial<StageRow>, context: FindingContext = RUN) =>
  findingsOfRow(row('a', { calls: 10, ...values }) as StageRow, context);
export const kinds = (...given: Parameters<typeof of>) => of(...given).map(({ kind }) => kind);
export const textOf = (...given: Parameters<typeof of>) => of(...given)[0]?.text;

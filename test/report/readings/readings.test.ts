import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { METRICS } from '../../../src/metrics.js';
import {
  READING_KINDS,
  READING_RULES,
  READING_THRESHOLDS,
  type ReadingContext,
  type ReadingKind,
  readingsOf,
  type ThresholdName,
} from '../../../src/report/readings/readings.js';
import type { StageRow } from '../../../src/report/report.js';
import { absent, present } from '../../../src/sources.js';
import { report, row } from '../fixture.js';

const MIB = 1024;
const GIB = 1024 * MIB;

/** Stages were open for 100 s, so that 5 s are worth a word. */
const RUN = report({ total_wall_s: 110, outside_wall_s: 10 });

/** One row of each kind, well beyond every threshold, in which nothing else is to be read. */
const EXAMPLES: Readonly<Record<ReadingKind, Partial<StageRow>>> = {
  fragmentation: {
    allocator_kb_delta: 900 * MIB,
    rss_kb_delta: 1200 * MIB,
    native_kb_delta: 30 * MIB,
    external_kb_delta: 20 * MIB,
    rss_kb_peak_max: 2 * GIB,
  },
  'native-growth': { native_kb_delta: 400 * MIB, native_kb_peak_max: 500 * MIB, rss_kb_peak_max: GIB },
  'buffer-growth': { external_kb_delta: 200 * MIB, native_kb_delta: 0, rss_kb_peak_max: GIB },
  'mapped-outside-malloc': {
    mapped_kb_delta: 4 * GIB,
    allocator_kb_delta: 0,
    js_kb_peak_max: 0,
    rss_kb_delta: 800 * MIB,
    native_kb_delta: 50 * MIB,
    external_kb_delta: 50 * MIB,
    rss_kb_peak_max: GIB,
  },
  'js-growth': { js_kb_retained: 100 * MIB, js_kb_peak_max: 300 * MIB, rss_kb_peak_max: GIB },
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

const COMPOSITION = {
  rss_kb: null,
  js_heap_kb: null,
  backing_stores_kb: null,
  native_live_kb: null,
  allocator_held_kb: null,
  mapped_kb: null,
  code_and_stacks_kb: null,
  residual_kb: null,
  mapped_modules: {},
};

/** Malloc handed 3 GiB out and took all but 30 MiB back; the allocator was not asked. */
const FREED: Partial<StageRow> = {
  rss_kb_delta: 1000 * MIB,
  native_kb_delta: 30 * MIB,
  native_kb_alloc: 3 * GIB,
  native_kb_peak_max: 200 * MIB,
  external_kb_delta: -10 * MIB,
  mapped_kb_delta: 20 * MIB,
  js_kb_peak_max: 50 * MIB,
  rss_kb_peak_max: 2 * GIB,
};

const GROWN_WITH_GARBAGE: Partial<StageRow> = {
  js_kb_delta: 300 * MIB,
  js_kb_peak_max: 400 * MIB,
  rss_kb_delta: 320 * MIB,
  rss_kb_peak_max: GIB,
};

/** Two kinds have a second condition for rows without the best of their numbers. */
const exampleOf = (kind: ReadingKind, needs: readonly string[]) =>
  needs.includes('js_kb_delta')
    ? GROWN_WITH_GARBAGE
    : needs.includes('mapped_kb_delta') && kind === 'fragmentation'
      ? FREED
      : EXAMPLES[kind];

const of = (values: Partial<StageRow>, context: ReadingContext = RUN) =>
  readingsOf(row('a', { calls: 10, ...values }) as StageRow, context);
const kinds = (...given: Parameters<typeof of>) => of(...given).map(({ kind }) => kind);
const textOf = (...given: Parameters<typeof of>) => of(...given)[0]?.text;

test('every kind has an example, and every example is of its kind alone', () => {
  expect(Object.keys(EXAMPLES)).toEqual([...READING_KINDS]);
  expect(Object.values(EXAMPLES).map((values) => kinds(values))).toEqual(READING_KINDS.map((kind) => [kind]));
});

test.each([
  [
    'fragmentation',
    'rss +1.17 GiB, of which up to 900 MiB is memory the allocator holds without use; try LD_PRELOAD=libjemalloc.so.2 with MALLOC_CONF=dirty_decay_ms:0,muzzy_decay_ms:0',
  ],
  ['native-growth', '+400 MiB of live native blocks, +40.0 MiB a call; what is not closed or disposed of?'],
  ['buffer-growth', '+200 MiB of Buffers, +20.0 MiB a call; JS keeps them: which cache or queue?'],
  [
    'mapped-outside-malloc',
    "rss +800 MiB, of which up to 700 MiB was mapped past malloc: files, or an addon's own allocator; set the memory limit of that addon",
  ],
  ['js-growth', '+100 MiB of JS objects kept after collections, +10.0 MiB a call; compare two heap snapshots'],
  [
    'transient-native',
    'up to 922 MiB of native memory at once in a call, given back at its end: the job needs it all the same; smaller pieces, or fewer at once',
  ],
  ['gc-bound', '30.0% of its 40.0 s went into collections; allocate less, or try --max-semi-space-size=64'],
  [
    'waiting',
    '36.0 s of its own 40.0 s without CPU (disk, network, locks, CPUs taken by others); fetch ahead, or run more at once',
  ],
  [
    'off-thread',
    "87.5% of its 80.0 s of CPU on other threads (libuv's pool, addons, V8); match their number to the job's CPUs",
  ],
] as const)('the text of %s', (kind, text) => {
  expect(textOf(EXAMPLES[kind])).toBe(text);
});

test('a reading carries the numbers it rests on and the thresholds they reached', () => {
  expect(of(EXAMPLES['gc-bound'])).toEqual([
    {
      kind: 'gc-bound',
      numbers: { gc_s: 12, wall_s: 40, run_s: 100 },
      thresholds: { least_s: 0.1, least_share_of_run: 0.05, gc_share: 0.1 },
      amount: 12,
      share: 0.12,
      shared: false,
      text: expect.any(String),
    },
  ]);
  expect(of(EXAMPLES.fragmentation)[0]).toMatchObject({
    numbers: { held_kb: 900 * MIB, allocator_kb_delta: 900 * MIB, rss_kb_delta: 1200 * MIB },
    thresholds: { least_kb: 64 * MIB, least_share_of_peak: 0.05, share_of_rss: 0.25 },
    amount: 900 * MIB,
    share: (900 * MIB) / (2 * GIB),
  });
});

/** Of each condition a row that just meets it, and what takes it just below. */
const EDGES: readonly [ReadingKind, why: string, holds: Partial<StageRow>, fails: Partial<StageRow>][] = [
  ['fragmentation', 'least_kb', { allocator_kb_delta: 307_200 }, { allocator_kb_delta: 307_199 }],
  [
    'fragmentation',
    'share_of_rss',
    { rss_kb_delta: GIB, allocator_kb_delta: 262_144 },
    { allocator_kb_delta: 262_143 },
  ],
  ['fragmentation', 'live blocks explain it', { native_kb_delta: 880 * MIB }, { native_kb_delta: 880 * MIB + 1 }],
  ['fragmentation', 'buffers explain it', { external_kb_delta: 870 * MIB }, { external_kb_delta: 870 * MIB + 1 }],
  ['fragmentation', 'above all there was', { rss_kb_peak_max: 1200 * MIB }, { rss_kb_peak_max: 1200 * MIB - 1 }],
  ['native-growth', 'least_kb', { native_kb_delta: 64 * MIB }, { native_kb_delta: 64 * MIB - 1 }],
  [
    'native-growth',
    'least_share_of_peak',
    { rss_kb_peak_max: 2 * GIB, native_kb_delta: 104_858 },
    { rss_kb_peak_max: 2 * GIB, native_kb_delta: 104_857 },
  ],
  ['native-growth', 'above all there was', { native_kb_peak_max: 400 * MIB }, { native_kb_peak_max: 400 * MIB - 1 }],
  [
    'native-growth',
    'above the resident peak',
    { native_kb_peak_max: null, rss_kb_peak_max: 400 * MIB },
    { native_kb_peak_max: null, rss_kb_peak_max: 400 * MIB - 1 },
  ],
  ['mapped-outside-malloc', 'share_of_rss', { mapped_kb_delta: 200 * MIB }, { mapped_kb_delta: 200 * MIB - 1 }],
  [
    'mapped-outside-malloc',
    'least_kb',
    { rss_kb_delta: 64 * MIB, native_kb_delta: 0, external_kb_delta: 0 },
    { rss_kb_delta: 64 * MIB - 1, native_kb_delta: 0, external_kb_delta: 0 },
  ],
  ['buffer-growth', 'least_kb', { external_kb_delta: 64 * MIB }, { external_kb_delta: 64 * MIB - 1 }],
  ['buffer-growth', 'above all there was', { rss_kb_peak_max: 200 * MIB }, { rss_kb_peak_max: 200 * MIB - 1 }],
  ['mapped-outside-malloc', 'the JS heap may hold it', { js_kb_peak_max: 500 * MIB }, { js_kb_peak_max: 501 * MIB }],
  [
    'mapped-outside-malloc',
    'the allocator holds it',
    { allocator_kb_delta: 500 * MIB },
    { allocator_kb_delta: 501 * MIB },
  ],
  ['mapped-outside-malloc', 'nobody else was asked', { allocator_kb_delta: 0 }, { allocator_kb_delta: null }],
  ['mapped-outside-malloc', 'live blocks explain it', { native_kb_delta: 550 * MIB }, { native_kb_delta: 551 * MIB }],
  ['mapped-outside-malloc', 'above all there was', { rss_kb_peak_max: 800 * MIB }, { rss_kb_peak_max: 800 * MIB - 1 }],
  [
    'js-growth',
    'least_retained_kb',
    { js_kb_retained: 16 * MIB, rss_kb_peak_max: 320 * MIB },
    { js_kb_retained: 16 * MIB - 1, rss_kb_peak_max: 320 * MIB },
  ],
  ['js-growth', 'least_share_of_peak', { js_kb_retained: 52_429 }, { js_kb_retained: 52_428 }],
  ['js-growth', 'above all there was', { js_kb_peak_max: 100 * MIB }, { js_kb_peak_max: 100 * MIB - 1 }],
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

test.each(EDGES)('%s holds at its edge and not beyond: %s', (kind, _, holds, fails) => {
  expect(kinds({ ...EXAMPLES[kind], ...holds })).toContain(kind);
  expect(kinds({ ...EXAMPLES[kind], ...holds, ...fails })).not.toContain(kind);
});

test.each(['gc-bound', 'waiting', 'off-thread'] as const)('%s of a short run needs a tenth of a second', (kind) => {
  const short = report({ total_wall_s: 0.2, outside_wall_s: 0 });
  const at = {
    'gc-bound': { gc_s: 0.1, wall_s: 0.2 },
    waiting: { wall_self_s: 0.1, cpu_self_s: 0 },
    'off-thread': { cpu_s: 0.1, thread_cpu_s: 0 },
  };
  const below = {
    'gc-bound': { gc_s: 0.099, wall_s: 0.2 },
    waiting: { wall_self_s: 0.099, cpu_self_s: 0 },
    'off-thread': { cpu_s: 0.099, thread_cpu_s: 0 },
  };
  expect(kinds(at[kind], short)).toEqual([kind]);
  expect(kinds(below[kind], short)).toEqual([]);
});

describe('growth of the JS heap without forced collections', () => {
  test('is said with its garbage', () => {
    expect(textOf(GROWN_WITH_GARBAGE)).toBe(
      "rss +320 MiB, js +300 MiB with garbage; collect: 'outermost' (run --collect outermost) tells what is kept",
    );
  });

  test.each([
    ['it was collected again', { js_kb_peak_max: 300 * MIB - 1 }],
    ['the resident set did not grow', { rss_kb_delta: 64 * MIB - 1 }],
    ['something else grew more', { js_kb_delta: 64 * MIB, rss_kb_delta: 256 * MIB + 1 }],
    ['what was kept is known', { js_kb_retained: 0 }],
  ])('is no word where %s', (_, values) => {
    expect(kinds({ ...GROWN_WITH_GARBAGE, ...values })).toEqual([]);
  });
});

describe('fragmentation where the allocator was not asked', () => {
  test('is what the resident set grew by and nobody holds', () => {
    expect(kinds(FREED)).toEqual(['fragmentation']);
    expect(of(FREED)[0]).toMatchObject({
      amount: 900 * MIB,
      numbers: { freed_kb: 900 * MIB, native_kb_alloc: 3 * GIB },
    });
    expect(textOf(FREED)).toBe(
      'rss +1000 MiB, of which some 900 MiB is neither live nor mapped: freed memory that the allocator holds; try LD_PRELOAD=libjemalloc.so.2 with MALLOC_CONF=dirty_decay_ms:0,muzzy_decay_ms:0',
    );
  });

  test.each<[string, Partial<StageRow>, Partial<StageRow>]>([
    ['malloc handed less out', { native_kb_alloc: 900 * MIB }, { native_kb_alloc: 900 * MIB - 1 }],
    ['live blocks hold it', { native_kb_delta: 680 * MIB }, { native_kb_delta: 681 * MIB }],
    ['buffers hold it', { external_kb_delta: 650 * MIB }, { external_kb_delta: 651 * MIB }],
    ['it is mapped', { mapped_kb_delta: 670 * MIB }, { mapped_kb_delta: 671 * MIB }],
    ['the JS heap may hold it', { js_kb_peak_max: 700 * MIB }, { js_kb_peak_max: 701 * MIB }],
    ['the allocator was asked', { allocator_kb_delta: null }, { allocator_kb_delta: 0 }],
  ])('is no word where %s', (_, holds, fails) => {
    expect(kinds({ ...FREED, ...holds })).toContain('fragmentation');
    expect(kinds({ ...FREED, ...fails })).not.toContain('fragmentation');
  });

  test('is read where the allocator was seldom asked', () => {
    const seldom = { ...RUN.sources.allocator, ...present('sampled', 'mallinfo2'), readings: 1, skipped: 9 };
    const sources = { ...RUN.sources, allocator: seldom };
    expect(kinds({ ...FREED, allocator_kb_delta: 0 }, { ...RUN, sources })).toEqual(['fragmentation']);
  });
});

test('the module that has most of what is mapped is named', () => {
  const composition = { ...COMPOSITION, mapped_modules: { 'duckdb.node': 700, 'other.node': 300 } };
  expect(textOf(EXAMPLES['mapped-outside-malloc'], { ...RUN, composition })).toMatch(
    /; set the memory limit of duckdb\.node$/,
  );
});

describe('what the numbers do not carry is not said', () => {
  const cases = READING_RULES.flatMap(({ kind, needs }) => needs.map((field) => [kind, field, needs] as const));

  test.each(cases)('%s without %s', (kind, field, needs) => {
    const values = exampleOf(kind, needs);
    expect(kinds(values)).toContain(kind);
    expect(kinds({ ...values, [field]: null })).not.toContain(kind);
    expect(kinds({ ...values, [field]: undefined })).not.toContain(kind);
  });

  const withSources = READING_RULES.flatMap(({ kind, needs, sources }) =>
    sources.map((name) => [kind, name, needs] as const),
  );

  test.each(withSources)('%s where a merged report lacks the source %s', (kind, name, needs) => {
    const sources = { ...RUN.sources, [name]: absent('not on that machine') };
    expect(kinds(exampleOf(kind, needs), { ...RUN, sources })).not.toContain(kind);
  });

  test('sampled numbers count while at most a tenth of the readings were skipped', () => {
    const sampled = (readings: number, skipped: number) => ({
      ...RUN,
      sources: { ...RUN.sources, native: { ...present('sampled', 'mallinfo2'), readings, skipped } },
    });
    expect(kinds(EXAMPLES.fragmentation, sampled(90, 10))).toEqual(['fragmentation']);
    expect(kinds(EXAMPLES.fragmentation, sampled(899, 101))).toEqual([]);
    expect(kinds(EXAMPLES['native-growth'], sampled(0, 0))).toEqual(['native-growth']);
  });

  test('a single call with a number had both its ends read, however many readings were skipped', () => {
    const native = { ...present('sampled', 'mallinfo2'), readings: 3, skipped: 1 };
    const sources = { ...RUN.sources, native, allocator: native };
    expect(kinds({ ...EXAMPLES.fragmentation, calls: 1 }, { ...RUN, sources })).toEqual(['fragmentation']);
    expect(kinds({ ...EXAMPLES.fragmentation, calls: 1, open: 1 }, { ...RUN, sources })).toEqual([]);
  });

  test('growth within the error of the resident set', () => {
    const bounded = (bound_kb: number) => ({
      ...RUN,
      sources: { ...RUN.sources, rss: { ...present('bounded', 'statm'), bound_kb } },
    });
    expect(kinds(EXAMPLES.fragmentation, bounded(450 * MIB))).toEqual(['fragmentation']);
    expect(kinds(EXAMPLES.fragmentation, bounded(450 * MIB + 1))).toEqual([]);
  });

  test('a label without a call', () => {
    expect(kinds({ ...EXAMPLES.waiting, calls: 0 })).toEqual([]);
    expect(kinds({ ...EXAMPLES.waiting, calls: 0, open: 1 })).toEqual(['waiting']);
  });
});

test.each([
  ['fragmentation', { allocator_kb_delta: 900 * MIB }],
  ['mapped-outside-malloc', { mapped_kb_delta: 900 * MIB, allocator_kb_delta: 0, js_kb_peak_max: 0 }],
] as const)('%s is of no more than the resident set grew by, even where live blocks were freed', (_, values) => {
  const freed = { native_kb_delta: -800 * MIB, external_kb_delta: 0, rss_kb_delta: 100 * MIB, rss_kb_peak_max: GIB };
  expect(of({ ...freed, ...values }).map(({ amount }) => amount)).toEqual([100 * MIB]);
});

test('what one stage allocates and another frees is no growth, however many calls', () => {
  const handedOn = { native_kb_delta: 40 * GIB, native_kb_peak_max: 90 * MIB, rss_kb_peak_max: GIB };
  expect(kinds({ ...handedOn, calls: 12_000 })).toEqual([]);
});

test('growth of several processes may exceed the peak of one', () => {
  const values = { ...EXAMPLES['native-growth'], native_kb_delta: 3 * GIB };
  expect(kinds(values)).toEqual([]);
  expect(kinds(values, { ...RUN, processes: 10 })).toEqual(['native-growth']);
});

test('memory still live when the report was made was not transient', () => {
  const composition = (native_live_kb: number | null) => ({
    ...RUN,
    composition: { ...COMPOSITION, native_live_kb },
  });
  expect(kinds(EXAMPLES['transient-native'], composition(800 * MIB))).toEqual([]);
  expect(kinds(EXAMPLES['transient-native'], composition(null))).toEqual(['transient-native']);
});

test('overlapped calls share their numbers, and the reading says so', () => {
  const [reading] = of({ ...EXAMPLES.waiting, calls: 12_000, overlapped_calls: 11_873 });
  expect(reading).toMatchObject({ shared: true, numbers: { calls: 12_000, overlapped_calls: 11_873 } });
  expect(reading?.text).toMatch(/^\(shared with other open stages\) 36\.0 s of/);
});

test('growth in a single call is not called a leak', () => {
  expect(textOf({ ...EXAMPLES['native-growth'], calls: 1 })).toContain(' in one call: a leak only if further calls');
});

test.each([
  [{ 'sharp/build/Release/sharp.node': 900, node: 100 }, ', most allocated by sharp/build/Release/sharp.node;'],
  [{ a: 40, b: 30, c: 30 }, ' a call; what'],
  [{}, ' a call; what'],
  [null, ' a call; what'],
])('of the modules %j it names the one that allocated half', (native_modules, text) => {
  expect(textOf({ ...EXAMPLES['native-growth'], native_modules })).toContain(text);
});

test.each([
  ['glibc', 'try LD_PRELOAD=libjemalloc.so.2 with MALLOC_CONF=dirty_decay_ms:0,muzzy_decay_ms:0'],
  ['jemalloc', 'set MALLOC_CONF=dirty_decay_ms:0,muzzy_decay_ms:0'],
  ['gperftools', 'set TCMALLOC_AGGRESSIVE_DECOMMIT=1'],
  ['tcmalloc', 'let tcmalloc give memory back sooner'],
  ['mimalloc', 'let mimalloc give memory back sooner'],
  [undefined, 'try LD_PRELOAD=libjemalloc.so.2 with MALLOC_CONF=dirty_decay_ms:0,muzzy_decay_ms:0'],
])('what to do about fragmentation under %s: %s', (serving, advice) => {
  // As of mimalloc, which tells nothing: what serves is known all the same.
  const allocator = { ...absent('not told'), ...(serving === undefined ? {} : { allocator: serving }) };
  const text = textOf(FREED, { ...RUN, sources: { ...RUN.sources, allocator } });
  expect(text?.endsWith(`; ${advice}`)).toBe(true);
});

test('memory comes first, then what concerns most of the run, and where to look comes last', () => {
  const all = { ...EXAMPLES['native-growth'], ...EXAMPLES['gc-bound'], ...EXAMPLES['off-thread'] };
  expect(kinds(all)).toEqual(['native-growth', 'gc-bound', 'off-thread']);
  expect(kinds({ ...all, gc_s: 39.5 })).toEqual(['native-growth', 'gc-bound', 'off-thread']);
});

test('of two that concern as much, growth comes first', () => {
  const half = { native_kb_delta: GIB / 2, native_kb_peak_max: GIB, rss_kb_peak_max: GIB, gc_s: 50, wall_s: 100 };
  expect(kinds(half)).toEqual(['native-growth', 'gc-bound']);
});

describe('Buffers whose memory an addon allocated', () => {
  const KEPT = {
    native_kb_delta: 138 * MIB,
    native_kb_peak_max: 150 * MIB,
    external_kb_delta: 137 * MIB,
    rss_kb_delta: 141 * MIB,
    rss_kb_peak_max: 206 * MIB,
    native_modules: { node: 5 * MIB, 'libvips-cpp.so': 145 * MIB },
  };

  test('are told once, as Buffers', () => {
    expect(kinds(KEPT)).toEqual(['buffer-growth']);
    expect(textOf(KEPT)).toBe(
      '+137 MiB of Buffers whose memory libvips-cpp.so allocated, +13.7 MiB a call; JS keeps them: which cache or queue?',
    );
  });

  test.each<[string, Partial<StageRow>]>([
    ['node allocated them', { native_modules: { node: 300 * MIB } }],
    [
      'both are resident beside each other',
      { rss_kb_delta: 280 * MIB, native_modules: { node: 140 * MIB, a: 140 * MIB } },
    ],
    ['they are less than half', { native_kb_delta: 300 * MIB, native_kb_peak_max: 300 * MIB }],
  ])('are none where %s', (_, values) => {
    expect(kinds({ ...KEPT, rss_kb_peak_max: GIB, ...values })).toEqual(['native-growth', 'buffer-growth']);
  });

  test('leave what else is live', () => {
    const more = { ...KEPT, native_kb_delta: 220 * MIB, native_kb_peak_max: 220 * MIB, rss_kb_peak_max: GIB };
    expect(of(more).map(({ kind, amount }) => [kind, amount])).toEqual([
      ['buffer-growth', 137 * MIB],
      ['native-growth', 83 * MIB],
    ]);
  });
});

describe('waiting for a CPU', () => {
  const taken = { ...EXAMPLES.waiting, ctx_involuntary: 361, ctx_voluntary: 85 };
  test('is told from waiting for something else, and has the opposite advice', () => {
    expect(textOf(taken)).toBe(
      '36.0 s of its own 40.0 s without CPU, ready to run, but the CPUs were taken by others: fewer jobs on this node, or more CPUs',
    );
  });
  test.each([
    ['it gave the CPU up as often', { ctx_voluntary: 361 }],
    ['it lost it too seldom for so long a wait', { ctx_involuntary: 359 }],
    ['switches were not counted', { ctx_involuntary: null }],
  ])('is not where %s', (_, values) => {
    expect(textOf({ ...taken, ...values })).toContain('run more at once');
  });
});

test('arenas are named where several threads worked', () => {
  const sources = { ...RUN.sources, allocator: { ...RUN.sources.allocator, allocator: 'glibc' } };
  const cpu = (thread_cpu_s: number) => ({ ...EXAMPLES.fragmentation, cpu_s: 1, thread_cpu_s });
  expect(textOf(cpu(0.5), { ...RUN, sources })).toMatch(/, or MALLOC_ARENA_MAX=2$/);
  expect(textOf(cpu(0.51), { ...RUN, sources })).not.toContain('ARENA');
});

test('address space alone is not mapped memory, nor what the allocator held in the end lost to the JS heap', () => {
  const composition = (kib: number) => ({ ...RUN, composition: { ...COMPOSITION, mapped_kb: kib } });
  const mapped = { ...EXAMPLES['mapped-outside-malloc'], allocator_kb_delta: null };
  expect(kinds(mapped, composition(200 * MIB))).toEqual(['mapped-outside-malloc']);
  expect(kinds(mapped, composition(199 * MIB))).toEqual([]);
  const freed = { ...FREED, js_kb_delta: 0, js_kb_peak_max: 900 * MIB };
  const held = (kib: number | null) => ({ ...RUN, composition: { ...COMPOSITION, allocator_held_kb: kib } });
  expect(kinds(freed, held(null))).toEqual([]);
  expect(of(freed, held(300 * MIB)).map(({ kind, amount }) => [kind, amount])).toEqual([['fragmentation', 300 * MIB]]);
});

describe('any valid row', () => {
  const amount = fc.option(fc.integer({ min: 0, max: 2 ** 40 }));
  const values = fc.record({
    ...Object.fromEntries(
      METRICS.filter(({ unit }) => unit !== 'histogram' && unit !== 'modules').map(({ field, fold }) => [
        field,
        fold === 'count'
          ? fc.nat(1000)
          : fold === 'growth'
            ? fc.option(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }))
            : amount,
      ]),
    ),
    native_modules: fc.option(fc.dictionary(fc.string(), fc.nat())),
  }) as fc.Arbitrary<Partial<StageRow>>;
  const context = fc
    .tuple(fc.double({ min: 0, max: 1e9, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([total_wall_s, share]) => report({ total_wall_s, outside_wall_s: total_wall_s * share }));

  test('has readings of finite numbers, each kind once, and stays as it was', () => {
    fc.assert(
      fc.property(values, context, (given, about) => {
        const before = JSON.stringify([given, about]);
        const found = of(given, about);
        expect(JSON.stringify([given, about])).toBe(before);
        expect(of(given, about)).toEqual(found);
        expect(new Set(found.map(({ kind }) => kind)).size).toBe(found.length);
        for (const { numbers, thresholds, amount, share, text } of found) {
          expect(Object.values(numbers).every(Number.isFinite)).toBe(true);
          expect(Object.values(numbers)).toContain(amount);
          expect(share > 0 && share <= 1).toBe(true);
          expect(text).not.toMatch(/NaN|undefined|null|Infinity/);
          for (const [name, value] of Object.entries(thresholds)) {
            expect(value).toBe(READING_THRESHOLDS[name as ThresholdName].value);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});

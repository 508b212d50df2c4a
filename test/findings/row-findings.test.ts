import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FINDING_KINDS, FINDING_RULES } from '../../src/findings/row-findings.js';
import { FINDING_THRESHOLDS, type ThresholdName } from '../../src/findings/thresholds.js';
import { METRICS } from '../../src/model/metrics.js';
import type { StageRow } from '../../src/model/report.js';
import { absent, present } from '../../src/model/sources.js';
import { contextOf, EXAMPLES, exampleOf, GIB, kinds, MIB, of, RUN, textOf } from '../support/finding-examples.js';
import { report } from '../support/report-fixture.js';

test('every kind has an example, and every example has a finding of its kind alone', () => {
  expect(Object.keys(EXAMPLES)).toEqual([...FINDING_KINDS]);
  expect(Object.values(EXAMPLES).map((values) => kinds(values, contextOf(values)))).toEqual(
    FINDING_KINDS.map((kind) => [kind]),
  );
});

test.each([
  [
    'fragmentation',
    'rss +1.17 GiB, of which up to 900 MiB is memory the allocator holds without use; try LD_PRELOAD=libjemalloc.so.2 with MALLOC_CONF=dirty_decay_ms:0,muzzy_decay_ms:0',
  ],
  ['native-growth', '+400 MiB of live native blocks, +40.0 MiB a call; what is not closed or disposed of?'],
  [
    'buffer-growth',
    "+200 MiB of Buffers, +20.0 MiB a call; a cache or queue keeps them, or no collection has freed them yet: collect: 'outermost' (run --collect outermost) tells",
  ],
  [
    'mapped-growth',
    'rss +800 MiB, of which up to 700 MiB was mapped past malloc by an addon: files, or an allocator of its own; a collection frees what JS has dropped, and MIMALLOC_PURGE_DELAY=0 returns it if that is mimalloc',
  ],
  [
    'wasm-growth',
    "+200 MiB of memories of WebAssembly in 10 calls; an instance or cache keeps them, or no collection has freed them yet: collect: 'outermost' (run --collect outermost) tells",
  ],
  [
    'worker-growth',
    '+300 MiB of JS heaps of worker threads, +30.0 MiB a call, garbage included; a heap snapshot of a worker shows what it keeps',
  ],
  ['file-pages', '+300 MiB of pages of mapped files; no leak: the kernel takes them back when it needs memory'],
  ['js-growth', '+100 MiB of JS objects kept after collections, +10.0 MiB a call; compare two heap snapshots'],
  [
    'uncollected',
    "rss +320 MiB, js +300 MiB: kept, or garbage that no collection has met; collect: 'outermost' (run --collect outermost) tells",
  ],
  [
    'unexplained-growth',
    'rss +300 MiB, of which nobody accounts for 250 MiB: neither JS, Buffers and malloc, nor what modules have mapped; /proc/PID/smaps shows which mapping grew',
  ],
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
    "87.5% of its 80.0 s of CPU on other threads (worker threads, libuv's pool, addons, V8); match their number to the job's CPUs",
  ],
] as const)('the text of %s', (kind, text) => {
  expect(textOf(EXAMPLES[kind], contextOf(EXAMPLES[kind]))).toBe(text);
});

test('a finding carries the numbers it rests on and the thresholds they reached', () => {
  expect(of(EXAMPLES['gc-bound'])).toEqual([
    {
      stage: 'a',
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
    numbers: { free_kb: 900 * MIB, allocator_kb_delta: 900 * MIB, rss_kb_delta: 1200 * MIB },
    thresholds: { least_kb: 64 * MIB, least_share_of_peak: 0.05, share_of_rss: 0.25 },
    amount: 900 * MIB,
    share: (900 * MIB) / (2 * GIB),
  });
});

describe('there is no finding', () => {
  const cases = FINDING_RULES.flatMap(({ kind, needs }) => needs.map((field) => [kind, field, needs] as const));

  test.each(cases)('of %s without the field %s', (kind, field, needs) => {
    const values = exampleOf(kind, needs);
    const context = contextOf(values);
    expect(kinds(values, context)).toContain(kind);
    expect(kinds({ ...values, [field]: null }, context)).not.toContain(kind);
    expect(kinds({ ...values, [field]: undefined }, context)).not.toContain(kind);
  });

  const withSources = FINDING_RULES.flatMap(({ kind, needs, sources }) =>
    sources.map((name) => [kind, name, needs] as const),
  );

  test.each(withSources)('of %s if a merged report lacks the source %s', (kind, name, needs) => {
    const sources = { ...RUN.sources, [name]: absent('not on that machine') };
    const values = exampleOf(kind, needs);
    expect(kinds(values, { ...contextOf(values), sources })).not.toContain(kind);
  });

  test('if more than a tenth of the readings of a sampled source were skipped', () => {
    const sampled = (readings: number, skipped: number) => ({
      ...RUN,
      sources: { ...RUN.sources, native: { ...present('sampled', 'mallinfo2'), readings, skipped } },
    });
    expect(kinds(EXAMPLES.fragmentation, sampled(90, 10))).toEqual(['fragmentation']);
    expect(kinds(EXAMPLES.fragmentation, sampled(899, 101))).toEqual([]);
    expect(kinds(EXAMPLES['native-growth'], sampled(0, 0))).toEqual(['native-growth']);
  });

  test('if an open call makes it two, while a single call is exempt from that tenth', () => {
    const native = { ...present('sampled', 'mallinfo2'), readings: 3, skipped: 1 };
    const sources = { ...RUN.sources, native, allocator: native };
    expect(kinds({ ...EXAMPLES.fragmentation, calls: 1 }, { ...RUN, sources })).toEqual(['fragmentation']);
    expect(kinds({ ...EXAMPLES.fragmentation, calls: 1, open: 1 }, { ...RUN, sources })).toEqual([]);
  });

  test('if the growth is within the error of the resident set', () => {
    const bounded = (bound_kb: number) => ({
      ...RUN,
      sources: { ...RUN.sources, rss: { ...present('bounded', 'statm'), bound_kb } },
    });
    expect(kinds(EXAMPLES.fragmentation, bounded(450 * MIB))).toEqual(['fragmentation']);
    expect(kinds(EXAMPLES.fragmentation, bounded(450 * MIB + 1))).toEqual([]);
  });

  test('if the label has no call', () => {
    expect(kinds({ ...EXAMPLES.waiting, calls: 0 })).toEqual([]);
    expect(kinds({ ...EXAMPLES.waiting, calls: 0, open: 1 })).toEqual(['waiting']);
  });
});

test('a finding says that its numbers are shared if calls overlapped', () => {
  const [finding] = of({ ...EXAMPLES.waiting, calls: 12_000, overlapped_calls: 11_873 });
  expect(finding).toMatchObject({ shared: true, numbers: { calls: 12_000, overlapped_calls: 11_873 } });
  expect(finding?.text).toMatch(/^\(shared with other open stages\) 36\.0 s of/);
});

test('memory comes first, then time by its share of the run, and off-thread comes last', () => {
  const all = { ...EXAMPLES['native-growth'], ...EXAMPLES['gc-bound'], ...EXAMPLES['off-thread'] };
  expect(kinds(all)).toEqual(['native-growth', 'gc-bound', 'off-thread']);
  expect(kinds({ ...all, gc_s: 39.5 })).toEqual(['native-growth', 'gc-bound', 'off-thread']);
});

test('growth comes first if two findings have the same share', () => {
  const half = { native_kb_delta: GIB / 2, native_kb_peak_max: GIB, rss_kb_peak_max: GIB, gc_s: 50, wall_s: 100 };
  expect(kinds(half)).toEqual(['native-growth', 'gc-bound']);
});

describe('any valid row', () => {
  const amount = fc.option(fc.integer({ min: 0, max: 2 ** 40 }));
  const values = fc.record({
    ...Object.fromEntries(
      METRICS.filter(({ unit }) => !['histogram', 'modules', 'octaves'].includes(unit)).map(({ field, fold }) => [
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

  test('has findings of finite numbers, each kind once, and is not changed', () => {
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
            expect(value).toBe(FINDING_THRESHOLDS[name as ThresholdName].value);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});

import { describe, expect, test } from 'vitest';
import type { FindingKind } from '../../src/findings/rule.js';
import type { StageRow } from '../../src/model/report.js';
import { present } from '../../src/model/sources.js';
import {
  COMPOSITION,
  EXAMPLES,
  FREE_AT_END,
  FREED,
  GIB,
  kinds,
  MIB,
  of,
  RUN,
  textOf,
} from '../support/finding-examples.js';
import { row } from '../support/report-fixture.js';

describe('fragmentation, if the allocator was not asked', () => {
  test('is the growth that nobody else has, as far as the allocator had it free at the end', () => {
    expect(kinds(FREED, FREE_AT_END)).toEqual(['fragmentation']);
    expect(of(FREED, FREE_AT_END)[0]).toMatchObject({
      amount: 900 * MIB,
      numbers: { freed_kb: 900 * MIB, native_kb_alloc: 3 * GIB },
    });
    expect(textOf(FREED, FREE_AT_END)).toBe(
      'rss +1000 MiB, of which some 900 MiB is freed memory that the allocator holds; try LD_PRELOAD=libjemalloc.so.2 with MALLOC_CONF=dirty_decay_ms:0,muzzy_decay_ms:0',
    );
  });

  test.each<[string, Partial<StageRow>, Partial<StageRow>]>([
    ['malloc handed out less', { native_kb_alloc: 900 * MIB }, { native_kb_alloc: 900 * MIB - 1 }],
    ['live blocks hold it', { native_kb_delta: 680 * MIB }, { native_kb_delta: 681 * MIB }],
    ['buffers hold it', { external_kb_delta: 650 * MIB }, { external_kb_delta: 651 * MIB }],
    ['it is mapped', { mapped_kb_delta: 670 * MIB }, { mapped_kb_delta: 671 * MIB }],
    ['the JS heap may hold it', { js_kb_delta: 700 * MIB }, { js_kb_delta: 701 * MIB }],
    ['the allocator was asked', { allocator_kb_delta: null }, { allocator_kb_delta: 0 }],
  ])('is not reported if %s', (_, holds, fails) => {
    expect(kinds({ ...FREED, ...holds }, FREE_AT_END)).toContain('fragmentation');
    expect(kinds({ ...FREED, ...fails }, FREE_AT_END)).not.toContain('fragmentation');
  });

  test('is also reported if the allocator was seldom asked', () => {
    const seldom = { ...RUN.sources.allocator, ...present('sampled', 'mallinfo2'), readings: 1, skipped: 9 };
    const sources = { ...RUN.sources, allocator: seldom };
    expect(kinds({ ...FREED, allocator_kb_delta: 0 }, { ...FREE_AT_END, sources })).toEqual(['fragmentation']);
  });
});

test.each([
  ['fragmentation', { allocator_kb_delta: 900 * MIB }],
  ['mapped-growth', { mapped_kb_delta: 900 * MIB, allocator_kb_delta: 0, js_kb_peak_max: 0 }],
] as const)('%s is at most the growth of the resident set, even if live blocks were freed', (_, values) => {
  const freed = { native_kb_delta: -800 * MIB, external_kb_delta: 0, rss_kb_delta: 100 * MIB, rss_kb_peak_max: GIB };
  expect(of({ ...freed, ...values }).map(({ amount }) => amount)).toEqual([100 * MIB]);
});

test('what one stage allocates and another frees is no growth, however many calls there are', () => {
  const handedOn = { native_kb_delta: 40 * GIB, native_kb_peak_max: 90 * MIB, rss_kb_peak_max: GIB };
  expect(kinds({ ...handedOn, calls: 12_000 })).toEqual([]);
});

test('growth of several processes may exceed the peak of one', () => {
  const values = { ...EXAMPLES['native-growth'], native_kb_delta: 3 * GIB };
  expect(kinds(values)).toEqual([]);
  expect(kinds(values, { ...RUN, processes: 10 })).toEqual(['native-growth']);
  // One process and nine launchers.
  expect(kinds(values, { ...RUN, processes: 10, program: row('(program)', { calls: 1 }) })).toEqual([]);
});

test('memory that was still live when the report was made was not transient', () => {
  const composition = (native_kb: number | null) => ({
    ...RUN,
    composition: { ...COMPOSITION, native_kb },
  });
  expect(kinds(EXAMPLES['transient-native'], composition(800 * MIB))).toEqual([]);
  expect(kinds(EXAMPLES['transient-native'], composition(null))).toEqual(['transient-native']);
});

test('address space alone is no mapped memory, and what the allocator had free at the end is not of the JS heap', () => {
  const composition = (kib: number) => ({ ...RUN, composition: { ...COMPOSITION, mapped_kb: kib } });
  const mapped = { ...EXAMPLES['mapped-growth'], allocator_kb_delta: null };
  expect(kinds(mapped, composition(200 * MIB))).toEqual(['mapped-growth']);
  expect(kinds(mapped, composition(199 * MIB))).toEqual([]);
  const freed = { ...FREED, js_kb_delta: 0, js_kb_peak_max: 900 * MIB };
  const free = (kib: number | null) => ({ ...RUN, composition: { ...COMPOSITION, allocator_free_kb: kib } });
  expect(kinds(freed, free(null))).toEqual([]);
  expect(of(freed, free(300 * MIB)).map(({ kind, amount }) => [kind, amount])).toEqual([['fragmentation', 300 * MIB]]);
});

test('growth in a single call is not called a leak', () => {
  expect(textOf({ ...EXAMPLES['native-growth'], calls: 1 })).toContain(' in one call: a leak only if further calls');
});

describe('what another stage gave back', () => {
  const run = (program: Partial<StageRow>, parts: Partial<typeof COMPOSITION> | object = {}) => ({
    ...RUN,
    program: row('(program)', { calls: 1, ...program }),
    composition: { ...COMPOSITION, ...parts },
  });

  test.each<[FindingKind, Partial<StageRow>, object]>([
    ['native-growth', { native_kb_delta: 10 * MIB }, {}],
    ['buffer-growth', { external_kb_delta: 10 * MIB }, {}],
    ['js-growth', { js_kb_delta: -MIB }, {}],
    ['fragmentation', {}, { allocator_free_kb: 10 * MIB }],
  ])('is not told as %s', (kind, program, parts) => {
    expect(kinds(EXAMPLES[kind])).toEqual([kind]);
    expect(kinds(EXAMPLES[kind], run(program, parts))).toEqual([]);
  });

  test('is not told as native-growth either where only the account is known', () => {
    const composition = { ...COMPOSITION, native_kb: 10 * MIB };
    expect(kinds(EXAMPLES['native-growth'], { ...RUN, composition })).toEqual([]);
  });

  test('lessens the amount', () => {
    const amounts = of(EXAMPLES['native-growth'], run({ native_kb_delta: 150 * MIB })).map(({ amount }) => amount);
    expect(amounts).toEqual([150 * MIB]);
  });

  test.each([
    [200 * MIB, [200 * MIB]],
    [100 * MIB, [103 * MIB]],
    [0, []],
  ])('Buffers that only the residual of %i KiB can have are in no cache or queue', (other_kb, amounts) => {
    const parts = { buffers_kb: MIB, native_kb: 2 * MIB, mapped_kb: 0, other_kb };
    const found = of(EXAMPLES['buffer-growth'], run({ external_kb_delta: 200 * MIB }, parts));
    expect(found.map(({ amount }) => amount)).toEqual(amounts);
    for (const { text } of found) expect(text).toContain('memories of WebAssembly');
  });
});

test.each([
  [null, "or no collection has freed them yet: collect: 'outermost'"],
  [0, 'JS keeps them'],
])('Buffers are called kept only after a collection: %s', (js_kb_retained, words) => {
  expect(textOf({ ...EXAMPLES['buffer-growth'], js_kb_retained })).toContain(words);
});

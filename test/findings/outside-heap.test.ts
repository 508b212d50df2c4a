import { describe, expect, test } from 'vitest';
import type { StageRow } from '../../src/model/report.js';
import { COMPOSITION, EXAMPLES, kinds, MIB, of, RUN } from '../support/finding-examples.js';
import { row } from '../support/report-fixture.js';

/** 150 MiB that node allocated, and that V8 counts while node does not. V8 has not gone through the strings. */
const { growth_by_octave: _, ...GROWN } = EXAMPLES['string-growth'];

describe('what may be strings outside the JS heap', () => {
  test('is told once, as Buffers or strings and not as live native blocks', () => {
    expect(of(GROWN).map(({ kind, amount }) => [kind, amount])).toEqual([['buffer-growth', 150 * MIB]]);
    expect(of(GROWN)[0]?.text).toMatch(/^\+150 MiB of Buffers or strings outside the JS heap in 10 calls;/);
  });

  test.each<[string, Partial<StageRow>]>([
    ['both are resident at the same time', { rss_kb_delta: 300 * MIB }],
    ['they are less than half', { native_kb_delta: 301 * MIB, native_kb_peak_max: 301 * MIB, rss_kb_delta: 301 * MIB }],
    ['nobody knows which module allocated', { native_modules: null }],
    ['another module than node allocated', { native_modules: { 'a.node': 160 * MIB } }],
  ])('is not recognised if %s', (_, values) => {
    expect(of({ ...GROWN, ...values }).map(({ text }) => text)).not.toContainEqual(expect.stringContaining('strings'));
  });

  test('is not recognised if node has all that V8 counts in backing stores', () => {
    expect(kinds({ ...GROWN, buffers_kb_delta: 0 })).toEqual(['buffer-growth']);
    expect(kinds({ ...GROWN, buffers_kb_delta: 150 * MIB, rss_kb_delta: 300 * MIB })).toEqual([
      'buffer-growth',
      'native-growth',
    ]);
  });

  const ended = (program: Partial<StageRow>) => ({
    ...RUN,
    program: row('(program)', { calls: 1, external_kb_delta: 150 * MIB, native_kb_delta: 150 * MIB, ...program }),
  });

  test('is not told if it was given back in the end', () => {
    expect(kinds(GROWN, ended({ external_kb_delta: 0 }))).toEqual([]);
  });
});

/** Met with a worker thread that sent 200 MiB of Buffers and ended: no count of node has them any more. */
test('Buffers of a worker thread that has ended are not told as strings alone', () => {
  const stage = {
    calls: 1,
    rss_kb_delta: 208_828,
    rss_kb_peak_max: 276_640,
    native_kb_delta: 206_392,
    native_kb_peak_max: 209_374,
    native_kb_alloc: 230_927,
    external_kb_delta: 204_834,
    buffers_kb_delta: -31,
    allocator_kb_delta: 2_375,
    mapped_kb_delta: 0,
    workers_kb_delta: 0,
    js_kb_delta: 1_392,
    js_kb_peak_max: 8_652,
    file_kb_delta: 772,
    native_modules: { node: 230_912, 'libstdc++.so.6': 21, 'libc.so.6': 3, 'stageprof.node': 15 },
    native_live_modules: { node: 194_993 },
  };
  expect(of(stage).map(({ kind, amount, text }) => [kind, amount, text.split(' in ')[0]])).toEqual([
    ['buffer-growth', 204_834, '+200 MiB of Buffers or strings outside the JS heap'],
  ]);
});

/** Met with 160 MiB of blocks of an addon and 90 MiB of Buffers from a worker thread that has ended. */
test('a part below half is not told as live native blocks where it is known who holds what', () => {
  const stage = {
    calls: 3,
    rss_kb_delta: 349_760,
    rss_kb_peak_max: 571_820,
    native_kb_delta: 277_111,
    native_kb_peak_max: 484_930,
    native_kb_alloc: 298_008,
    external_kb_delta: 92_203,
    buffers_kb_delta: -21,
    allocator_kb_delta: 6_832,
    js_kb_delta: 49_447,
    js_kb_peak_max: 56_181,
    native_modules: { node: 113_666, 'native-work.node': 184_295 },
    native_live_modules: { node: 90_480, 'native-work.node': 176_140 },
  };
  const amountOf = (values: Partial<StageRow>) =>
    of({ ...stage, ...values }).find(({ kind }) => kind === 'native-growth')?.amount;
  expect(amountOf({})).toBe(277_111 - 90_480 - 21);
  // Nobody knows what node holds, so all that V8 alone counts is taken for Buffers or strings.
  expect(amountOf({ native_live_modules: null })).toBe(277_111 - 92_203 - 21);
  expect(of({ ...stage }).map(({ kind }) => kind)).toContain('buffer-growth');
});

/** Met with ten worker threads that each made 20 MiB of SharedArrayBuffers and ended. */
describe('what node holds where there were worker threads', () => {
  const stage = {
    rss_kb_delta: 207_072,
    rss_kb_peak_max: 273_408,
    native_kb_delta: 204_847,
    native_kb_peak_max: 207_812,
    native_kb_alloc: 278_675,
    external_kb_delta: 67,
    buffers_kb_delta: 0,
    workers_kb_delta: 0,
    native_modules: { node: 278_675, 'stageprof.node': 155 },
    native_live_modules: { node: 204_840 },
  };
  const atPeak = { ...RUN, composition_at_peak: { ...COMPOSITION, worker_heaps_kb: 6_908 } };

  test('may be Buffers of threads that have ended, and is not told as live native blocks', () => {
    expect(kinds(stage, atPeak)).toEqual([]);
    expect(kinds({ ...stage, workers_kb_delta: 4_096 })).toEqual([]);
  });

  test('is told where there were none', () => {
    expect(kinds(stage)).toEqual(['native-growth']);
  });

  test('leaves what addons hold', () => {
    const more = { native_kb_delta: 304_847, native_live_modules: { node: 204_840, 'a.node': 100_007 } };
    const [finding] = of({ ...stage, ...more, native_kb_peak_max: 310_000 }, atPeak);
    expect([finding?.kind, finding?.amount]).toEqual(['native-growth', 100_007]);
    expect(finding?.text).toContain(', held by a.node;');
  });
});

/** Met with eight calls that made 4 MiB of SharedArrayBuffers each, and a transfer of 120 MiB: V8 counts one, node the other. */
describe('what node alone counts and what V8 alone counts', () => {
  const program = row('(program)', {
    calls: 1,
    rss_kb_delta: 291_784,
    rss_kb_peak_max: 347_192,
    native_kb_delta: 123_848,
    native_kb_peak_max: 127_396,
    external_kb_delta: 123_331,
    buffers_kb_delta: 164_226,
    native_modules: { node: 328_211 },
    native_live_modules: { node: 287_836 },
  });

  test('do not hide each other from native-growth', () => {
    expect(of(program)).not.toContainEqual(expect.objectContaining({ kind: 'native-growth' }));
    expect(kinds({ ...program, external_kb_delta: 0 })).toContain('native-growth');
  });

  // 160 MiB of Blobs in a stage, and 90 MiB of strings in the one around it.
  test('do not hide each other in the program', () => {
    const blobs = {
      rss_kb_delta: 172_400,
      rss_kb_peak_max: 366_304,
      native_kb_delta: 5_638,
      native_kb_peak_max: 100_815,
      external_kb_delta: -8_201,
      buffers_kb_delta: 155_642,
      native_modules: { node: 198_318 },
      native_live_modules: { node: 171_193 },
    };
    const whole = row('(program)', {
      ...blobs,
      calls: 1,
      rss_kb_delta: 310_860,
      native_kb_delta: 97_783,
      external_kb_delta: 125_369,
      buffers_kb_delta: 197_052,
      native_live_modules: { node: 304_841 },
      native_modules: { node: 374_589 },
    });
    expect(of(blobs, { ...RUN, program: whole }).map(({ kind, amount }) => [kind, amount])).toEqual([
      ['buffer-growth', 155_642],
    ]);
    const known = { ...whole, native_modules: null, native_live_modules: null };
    expect(of(blobs, { ...RUN, program: known })[0]?.amount).toBeLessThan(155_642);
  });

  // A worker thread sent 160 MiB and ended, and another keeps 120 MiB.
  test('are told as the least that there is of Buffers', () => {
    const both = {
      rss_kb_delta: 347_080,
      rss_kb_peak_max: 420_052,
      native_kb_delta: 165_694,
      native_kb_peak_max: 168_558,
      external_kb_delta: 163_908,
      buffers_kb_delta: 122_890,
      workers_kb_delta: 4_395,
      native_modules: { node: 328_195 },
      native_live_modules: { node: 280_624 },
    };
    expect(of(both)[0]?.text).toMatch(/^at least \+160 MiB of Buffers /);
    const alone = { ...both, native_kb_delta: 0, external_kb_delta: 122_890, native_live_modules: { node: 122_890 } };
    expect(of(alone)[0]?.text).toMatch(/^\+120 MiB of Buffers /);
  });
});

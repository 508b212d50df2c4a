import { describe, expect, test } from 'vitest';
import type { StageRow } from '../../src/model/report.js';
import { COMPOSITION, EXAMPLES, GIB, kinds, MIB, of, RUN, textOf } from '../support/finding-examples.js';
import { row } from '../support/report-fixture.js';

describe('Buffers whose memory an addon allocated', () => {
  const KEPT = {
    native_kb_delta: 138 * MIB,
    native_kb_peak_max: 150 * MIB,
    external_kb_delta: 137 * MIB,
    rss_kb_delta: 141 * MIB,
    rss_kb_peak_max: 206 * MIB,
    native_modules: { node: 5 * MIB, 'libvips-cpp.so': 145 * MIB },
  };

  test('are reported once, as Buffers', () => {
    expect(kinds(KEPT)).toEqual(['buffer-growth']);
    expect(textOf(KEPT)).toBe(
      "+137 MiB of Buffers whose memory libvips-cpp.so allocated in 10 calls; a cache or queue keeps them, or no collection has freed them yet: collect: 'outermost' (run --collect outermost) tells",
    );
  });

  test.each<[string, Partial<StageRow>]>([
    ['node allocated as much', { native_modules: { node: 300 * MIB }, rss_kb_delta: 280 * MIB }],
    [
      'both are resident at the same time',
      { rss_kb_delta: 280 * MIB, native_modules: { node: 140 * MIB, a: 140 * MIB } },
    ],
    ['they are less than half', { native_kb_delta: 300 * MIB, native_kb_peak_max: 300 * MIB }],
  ])('are not recognised if %s', (_, values) => {
    expect(kinds({ ...KEPT, rss_kb_peak_max: GIB, ...values })).toEqual(['native-growth', 'buffer-growth']);
  });

  test('may be strings if node allocated them', () => {
    const ofNode = { ...KEPT, native_modules: { node: 300 * MIB }, external_kb_delta: 137 * MIB };
    expect(of(ofNode)[0]?.text).toContain('+137 MiB of Buffers or strings outside the JS heap in 10 calls');
  });

  test('leave the other live blocks to native-growth', () => {
    const more = { ...KEPT, native_kb_delta: 220 * MIB, native_kb_peak_max: 220 * MIB, rss_kb_peak_max: GIB };
    expect(of(more).map(({ kind, amount }) => [kind, amount])).toEqual([
      ['buffer-growth', 137 * MIB],
      ['native-growth', 83 * MIB],
    ]);
  });
});

describe('Buffers that other stages free', () => {
  const GROWN = EXAMPLES['buffer-growth'];
  const inProgram = (external_kb_delta: number | null) => ({
    ...RUN,
    program: row('(program)', { external_kb_delta }),
  });

  test('are not kept: at most the growth of the program is reported', () => {
    expect(kinds(GROWN, inProgram(12 * MIB))).toEqual([]);
    expect(kinds(GROWN, inProgram(64 * MIB - 1))).toEqual([]);
    expect(of(GROWN, inProgram(100 * MIB)).map(({ kind, amount }) => [kind, amount])).toEqual([
      ['buffer-growth', 100 * MIB],
    ]);
    expect(of(GROWN, inProgram(GIB))[0]?.amount).toBe(200 * MIB);
  });

  test('are not recognised if the growth of the program is not known', () => {
    expect(of(GROWN, inProgram(null))[0]?.amount).toBe(200 * MIB);
    expect(of(GROWN, { ...inProgram(12 * MIB), partial: true })[0]?.amount).toBe(200 * MIB);
  });
});

/** Met with 200 MiB of an addon's blocks and 160 MiB of memories of WebAssembly. */
test('memories of WebAssembly are not taken for Buffers of the addon that has live blocks', () => {
  const stage = {
    calls: 8,
    rss_kb_delta: 522_952,
    rss_kb_peak_max: 581_616,
    native_kb_delta: 205_931,
    native_kb_peak_max: 208_885,
    external_kb_delta: 164_011,
    buffers_kb_delta: -11,
    allocator_kb_delta: 5_024,
    workers_kb_delta: 127_225,
    js_kb_delta: -787,
    js_kb_peak_max: 6_974,
    native_modules: { node: 40_161, 'native-work.node': 204_816 },
    native_live_modules: { node: 1_091, 'native-work.node': 217_561 },
  };
  const amountOf = (wasm_kb: number) =>
    of(stage, { ...RUN, composition: { ...COMPOSITION, wasm_kb } }).find(({ kind }) => kind === 'native-growth')
      ?.amount;
  expect(amountOf(163_968)).toBeGreaterThan(204_000);
  expect(amountOf(0)).toBe(205_931 - (164_011 - 40_161) - 1_102);
});

/** Met where 120 MiB of garbage of the stage before were freed while 200 MiB of memories of WebAssembly grew. */
test('memories of WebAssembly are told whole where something else shrank meanwhile', () => {
  const stage = {
    calls: 8,
    rss_kb_delta: 79_784,
    rss_kb_peak_max: 331_332,
    native_kb_delta: -594,
    native_kb_peak_max: 51_978,
    external_kb_delta: 204_800,
    buffers_kb_delta: 0,
    allocator_kb_delta: 594,
    js_kb_delta: -123_470,
    js_kb_peak_max: 129_228,
  };
  const amountOf = (js_kb_delta: number) =>
    of({ ...stage, js_kb_delta }, { ...RUN, composition: { ...COMPOSITION, wasm_kb: 204_800 } })[0]?.amount;
  expect(amountOf(-123_470)).toBe(79_784 + 594 + 123_470);
  expect(amountOf(0)).toBe(79_784 + 594);
});

/** Met where one stage made 90 MiB of them, and another a worker thread whose heap was not published yet. */
test('memories of WebAssembly that V8 counts elsewhere are not what a stage has without an owner', () => {
  const stage = {
    rss_kb_delta: 171_600,
    rss_kb_peak_max: 322_532,
    native_kb_delta: 1_332,
    external_kb_delta: 68,
    buffers_kb_delta: 10,
    workers_kb_delta: 38_911,
    js_kb_delta: 259,
    js_kb_peak_max: 7_715,
  };
  const context = { ...RUN, composition: { ...COMPOSITION, wasm_kb: 92_160 } };
  const program = row('(program)', {
    calls: 1,
    rss_kb_delta: 101_956,
    external_kb_delta: 92_670,
    buffers_kb_delta: 445,
  });
  expect(kinds(stage, { ...context, program })).not.toContain('wasm-growth');
  // Shared ones are in no count.
  const shared = { ...program, external_kb_delta: 445 };
  expect(kinds(stage, { ...context, program: shared })).toContain('wasm-growth');
});

import { describe, expect, test } from 'vitest';
import { findingsOf } from '../../src/findings/findings.js';
import { COMPOSITION, EXAMPLES, kinds, MIB, of, RUN, textOf } from '../support/finding-examples.js';
import { report, row } from '../support/report-fixture.js';

const GROWN = EXAMPLES.uncollected;

describe('growth of the JS heap without forced collections is not told', () => {
  test.each([
    ['a collection took it back', { js_kb_peak_max: 300 * MIB - 1 }],
    ['the resident set did not grow', { rss_kb_delta: 64 * MIB - 1 }],
    ['something else grew more', { js_kb_delta: 64 * MIB, rss_kb_delta: 256 * MIB + 1 }],
    ['what was kept is known', { js_kb_retained: 0 }],
  ])('if %s', (_, values) => {
    expect(kinds(GROWN)).toEqual(['uncollected']);
    expect(kinds({ ...GROWN, ...values })).toEqual([]);
  });

  test('beyond what the program had in the end', () => {
    const amounts = (js_kb_delta: number, js_heap_kb: number) =>
      of(GROWN, {
        ...RUN,
        program: row('(program)', { calls: 1, js_kb_delta }),
        composition: { ...COMPOSITION, js_heap_kb },
      }).map(({ amount }) => amount);
    expect(amounts(200 * MIB, 250 * MIB)).toEqual([200 * MIB]);
    expect(amounts(200 * MIB, 150 * MIB)).toEqual([150 * MIB]);
    expect(amounts(-MIB, 150 * MIB)).toEqual([]);
    expect(amounts(200 * MIB, 10 * MIB)).toEqual([]);
  });

  test('in a stage inside of one that was collected, nor outside of it', () => {
    const inner = row('a.b', { calls: 1, ...GROWN });
    const found = (js_kb_retained: number | null) =>
      findingsOf(report({ stages: [row('a', { calls: 1, js_kb_retained }), inner] })).map(({ kind }) => kind);
    expect(found(null)).toEqual(['uncollected']);
    expect(found(0)).toEqual([]);
  });
});

describe('Buffers of which most were dropped', () => {
  const READ = {
    external_kb_delta: 300 * MIB,
    js_kb_delta: 0,
    js_kb_peak_max: MIB,
    rss_kb_delta: 320 * MIB,
    rss_kb_peak_max: 1024 * MIB,
  };
  const left = (node: number, values = {}) =>
    of({ ...READ, native_modules: { node }, ...values }).map(({ kind, amount }) => [kind, amount]);

  test('may be garbage, and are not called Buffers that grow', () => {
    expect(left(890 * MIB)).toEqual([['uncollected', 300 * MIB]]);
    expect(textOf({ ...READ, native_modules: { node: 900 * MIB } })).toContain(', Buffers +300 MiB: kept, or garbage');
    expect(left(880 * MIB)).toEqual([['buffer-growth', 300 * MIB]]);
  });

  test('are kept if they are still there after forced collections', () => {
    expect(left(890 * MIB, { js_kb_retained: 0 })).toEqual([['buffer-growth', 300 * MIB]]);
  });
});

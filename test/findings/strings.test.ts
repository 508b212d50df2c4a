import { describe, expect, test } from 'vitest';
import type { StageRow } from '../../src/model/report.js';
import { EXAMPLES, kinds, MIB, of, RUN } from '../support/finding-examples.js';
import { row } from '../support/report-fixture.js';

const GROWN = EXAMPLES['string-growth'];

describe('strings outside the JS heap', () => {
  test('are told once, and neither as live native blocks nor as Buffers', () => {
    expect(of(GROWN).map(({ kind, amount }) => [kind, amount])).toEqual([['string-growth', 150 * MIB]]);
  });

  test.each<[string, Partial<StageRow>]>([
    ['both are resident at the same time', { rss_kb_delta: 300 * MIB }],
    ['they are less than half', { native_kb_delta: 301 * MIB, native_kb_peak_max: 301 * MIB, rss_kb_delta: 301 * MIB }],
    ['nobody knows which module allocated', { native_modules: null }],
    ['another module than node allocated', { native_modules: { 'a.node': 160 * MIB } }],
  ])('are not recognised if %s', (_, values) => {
    expect(kinds({ ...GROWN, ...values })).not.toContain('string-growth');
  });

  test('are told as Buffers or strings if more than they grew', () => {
    const more = { ...GROWN, external_kb_delta: 170 * MIB, rss_kb_delta: 170 * MIB };
    expect(of(more).map(({ kind, amount }) => [kind, amount])).toEqual([['buffer-growth', 170 * MIB]]);
    expect(of(more)[0]?.text).toMatch(/^\+170 MiB of Buffers or strings outside the JS heap in 10 calls;/);
  });

  test('are not recognised if node has all that V8 counts in backing stores', () => {
    expect(kinds({ ...GROWN, buffers_kb_delta: 0 })).toEqual(['string-growth']);
    expect(kinds({ ...GROWN, buffers_kb_delta: 150 * MIB, rss_kb_delta: 300 * MIB })).toEqual([
      'native-growth',
      'buffer-growth',
    ]);
  });

  const ended = (program: Partial<StageRow>) => ({
    ...RUN,
    program: row('(program)', { calls: 1, external_kb_delta: 150 * MIB, native_kb_delta: 150 * MIB, ...program }),
  });

  test('are not told if they were given back in the end', () => {
    expect(kinds(GROWN, ended({ external_kb_delta: 0 }))).not.toContain('string-growth');
    expect(kinds(GROWN, ended({ native_kb_delta: 0 }))).toEqual([]);
  });
});

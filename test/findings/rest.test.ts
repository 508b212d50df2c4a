import { describe, expect, test } from 'vitest';
import type { StageRow } from '../../src/model/report.js';
import {
  COMPOSITION,
  EXAMPLES,
  FREE_AT_END,
  FREED,
  kinds,
  MIB,
  of,
  RUN,
  textOf,
  UNKNOWN_AT_END,
} from '../support/finding-examples.js';
import { row } from '../support/report-fixture.js';

const UNKNOWN = EXAMPLES['unexplained-growth'];
const HIDDEN: Partial<StageRow> = { ...UNKNOWN, external_kb_delta: 0, buffers_kb_delta: 280 * MIB };

const ended = (program: Partial<StageRow>, parts: object) => ({
  ...RUN,
  program: row('(program)', { calls: 1, ...HIDDEN, ...program }),
  composition: { ...COMPOSITION, buffers_kb: 280 * MIB, other_kb: 0, ...parts },
});

describe('growth that nobody accounts for', () => {
  test('is no more than the residual, the growth of the program and what no column explains', () => {
    const amounts = (values: Partial<StageRow>, context = UNKNOWN_AT_END) =>
      of({ ...UNKNOWN, ...values }, context).map(({ kind, amount }) => [kind, amount]);
    expect(amounts({})).toEqual([['unexplained-growth', 250 * MIB]]);
    expect(amounts({ native_kb_delta: 60 * MIB })).toEqual([['unexplained-growth', 220 * MIB]]);
    const program = row('(program)', { calls: 1, rss_kb_delta: 90 * MIB, external_kb_delta: 0, native_kb_delta: 0 });
    expect(amounts({}, { ...UNKNOWN_AT_END, program })).toEqual([['unexplained-growth', 90 * MIB]]);
  });

  test.each<[string, Partial<StageRow>, object]>([
    ['the account is not known', {}, { other_kb: null }],
    ['parts of the account are older, and nobody knows what was mapped since', {}, { age_s: 0.3 }],
    ['the parts have it', {}, { other_kb: 63 * MIB }],
    ['the allocator has it', { allocator_kb_delta: 230 * MIB }, {}],
    ['a module has mapped it', { mapped_kb_delta: 230 * MIB }, {}],
    ['the JS heap has it', { js_kb_delta: 250 * MIB }, {}],
  ])('is not told if %s', (_, values, parts) => {
    const composition = { ...UNKNOWN_AT_END.composition!, ...parts };
    expect(kinds({ ...UNKNOWN, ...values }, { ...UNKNOWN_AT_END, composition })).not.toContain('unexplained-growth');
  });
});

test('what a module has mapped may have become resident since the account was made', () => {
  const told = (mapped_kb_delta: number, mapped_kb: number) =>
    of(UNKNOWN, {
      ...UNKNOWN_AT_END,
      composition: { ...UNKNOWN_AT_END.composition!, age_s: 0.3, mapped_kb },
      program: row('(program)', { calls: 1, mapped_kb_delta }),
    }).map(({ amount }) => amount);
  expect(told(0, 0)).toEqual([250 * MIB]);
  expect(told(200 * MIB, 100 * MIB)).toEqual([150 * MIB]);
  expect(told(200 * MIB, 0)).toEqual([]);
});

describe('Buffers that this isolate does not count', () => {
  test('are told as far as the program kept them and node has them at the end', () => {
    const context = ended({}, {});
    expect(of(HIDDEN, context).map(({ kind, amount }) => [kind, amount])).toEqual([['buffer-growth', 280 * MIB]]);
    expect(textOf(HIDDEN, context)).toMatch(
      /^\+280 MiB of Buffers, most of which V8 does not count in this thread \(Blobs, .*\) in 10 calls;/,
    );
    expect(of(HIDDEN, ended({}, { buffers_kb: 200 * MIB }))[0]?.amount).toBe(200 * MIB);
    expect(of(HIDDEN, ended({ buffers_kb_delta: 100 * MIB }, {}))[0]?.amount).toBe(100 * MIB);
    expect(of(HIDDEN, ended({ external_kb_delta: 100 * MIB }, {}))[0]?.amount).toBe(180 * MIB);
  });

  test('are told beside those that it counts', () => {
    const both = { ...HIDDEN, external_kb_delta: 80 * MIB, native_modules: { node: 200 * MIB } };
    expect(of(both, ended({ external_kb_delta: 80 * MIB }, {}))[0]?.amount).toBe(280 * MIB);
  });

  test.each<[string, Partial<StageRow>, Partial<StageRow>, object]>([
    ['node does not have them at the end', {}, {}, { buffers_kb: MIB }],
    ['V8 counts them, and another stage frees them', {}, { external_kb_delta: 280 * MIB }, {}],
    ['the count of node is not known', { buffers_kb_delta: null }, {}, {}],
  ])('are not told if %s', (_, values, program, parts) => {
    expect(kinds({ ...HIDDEN, ...values }, ended(program, parts))).toEqual([]);
  });
});

test.each<[string, Partial<StageRow>]>([
  ['hidden Buffers', { buffers_kb_delta: 240 * MIB, external_kb_delta: 0 }],
  ['the heaps of worker threads', { workers_kb_delta: 240 * MIB }],
  ['pages of files', { file_kb_delta: 240 * MIB }],
])('what %s have is neither unexplained, nor of the allocator, nor mapped', (_, values) => {
  const told = kinds({ ...UNKNOWN, ...values }, UNKNOWN_AT_END);
  expect(told).not.toContain('unexplained-growth');
  const mapped = of({ ...EXAMPLES['mapped-growth'], ...values }).find(({ kind }) => kind === 'mapped-growth');
  expect(mapped!.amount).toBeLessThanOrEqual(510 * MIB);
  const freed = { ...FREED, rss_kb_delta: 300 * MIB, ...values };
  expect(kinds(freed, FREE_AT_END)).not.toContain('fragmentation');
});

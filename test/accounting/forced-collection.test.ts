import { describe, expect, test } from 'vitest';
import { collectNow } from '../../src/accounting/forced-collection.js';
import { measureTotals, wholeRun } from '../../src/accounting/totals.js';
import { columnOf } from '../../src/store/row-store.js';
import { AccountingRun } from '../support/accounting-run.js';

const TIMES = ['wall_s', 'wall_self_s', 'cpu_s', 'gc_calls'] as const;

describe('forced collections', () => {
  test.each([
    ['outermost', 2, { a: 600, 'a.b': Number.NaN }],
    ['every', 4, { a: 600, 'a.b': 200 }],
  ] as const)('of "%s" calls: %i of them, and what the calls retain', (collect, collections, retained) => {
    const run = new AccountingRun({ collect });
    run.live = 1_000;
    const a = run.open('a');
    run.live = 1_400;
    run.sampler.set({ js_used_bytes: 9_000 });
    const b = run.open('a.b', a);
    run.live = 1_600;
    run.close(b);
    run.close(a);
    expect(run.collections).toBe(collections);
    for (const [path, bytes] of Object.entries(retained)) {
      expect([path, run.row(path, 'js_kb_retained')]).toEqual([path, { js_kb_retained: bytes }]);
    }
  });

  test('cost no call anything: what they took is in the total and outside', () => {
    const run = new AccountingRun({ collect: 'every' });
    const a = run.open('a');
    run.pass(10);
    const b = run.open('a.b', a);
    run.pass(5);
    run.close(b);
    run.pass(3);
    run.close(a);
    expect(run.row('a', ...TIMES)).toEqual({ wall_s: 18, wall_self_s: 13, cpu_s: 36, gc_calls: 0 });
    expect(run.row('a.b', ...TIMES)).toEqual({ wall_s: 5, wall_self_s: 5, cpu_s: 10, gc_calls: 0 });
    expect(measureTotals(run.accounting)).toMatchObject({
      total: { wallNs: 4_018, cpuNs: 4_036 },
      outside: { wallNs: 4_000, cpuNs: 4_000 },
    });
    expect(wholeRun(run.accounting).get(0, columnOf('wall_s'))).toBe(18);
  });

  test('at the entry leave the garbage before to the peaks of the calls around, at the exit to that of the call', () => {
    const run = new AccountingRun({ collect: 'every' });
    run.live = 10;
    const a = run.open('a');
    run.sampler.set({ js_used_bytes: 800 });
    const b = run.open('a.b', a);
    run.sampler.set({ js_used_bytes: 30 });
    run.close(b);
    run.sampler.set({ js_used_bytes: 20 });
    run.close(a);
    expect(run.row('a.b', 'js_kb_peak_max')).toEqual({ js_kb_peak_max: 30 });
    expect(run.row('a', 'js_kb_peak_max')).toEqual({ js_kb_peak_max: 800 });
  });
});

test('a forced collection has freed the Buffers that it met, and V8 no longer counts them', () => {
  const MIB = 1024 * 1024;
  let kept: ArrayBuffer[] | null = Array.from({ length: 16 }, () => new ArrayBuffer(8 * MIB));
  collectNow();
  const before = process.memoryUsage().external;
  expect(kept).toHaveLength(16);
  kept = null;
  collectNow();
  expect(before - process.memoryUsage().external).toBeGreaterThan(120 * MIB);
});

import { describe, expect, test } from 'vitest';
import { measureTotals, rowsWithOpenCalls, wholeRun } from '../../src/accounting/totals.js';
import { columnOf, OCTAVE_COLUMNS } from '../../src/store/row-store.js';
import { AccountingRun } from '../support/accounting-run.js';

const cells = (run: AccountingRun, ...fields: string[]): number[] => {
  const rows = wholeRun(run.accounting);
  return fields.map((field) => rows.get(0, columnOf(field)));
};

describe('totals', () => {
  test('are the time since the start, and the part of it in which no call was open', () => {
    const run = new AccountingRun();
    run.pass(1);
    const a = run.open('a');
    run.pass(10);
    const b = run.open('b');
    run.pass(100);
    run.close(a);
    run.pass(1_000);
    run.close(b);
    run.pass(10_000);
    run.sampler.set({ rss_bytes: 77 });
    expect(measureTotals(run.accounting)).toEqual({
      total: { wallNs: 11_111, cpuNs: 22_222 },
      outside: { wallNs: 10_001, cpuNs: 20_002 },
      rssBytes: 77,
      threadUse: null,
    });
    expect(cells(run, 'calls', 'wall_s', 'wall_self_s', 'cpu_self_s')).toEqual([1, 11_111, 10_001, 20_002]);
  });

  test('while a call is open are up to now', () => {
    const run = new AccountingRun();
    run.pass(1);
    run.open('a');
    run.pass(10);
    expect(measureTotals(run.accounting)).toMatchObject({ total: { wallNs: 11 }, outside: { wallNs: 1 } });
    run.pass(100);
    expect(measureTotals(run.accounting)).toMatchObject({ total: { wallNs: 111 }, outside: { wallNs: 1 } });
  });
});

describe('the rows with open calls', () => {
  test('have what an open call has used so far, which is not counted as a call', () => {
    const run = new AccountingRun();
    const a = run.open('a');
    run.pass(10);
    run.open('a.b', a);
    run.pass(5);
    measureTotals(run.accounting);
    expect(run.row('a', 'calls', 'open', 'wall_s', 'wall_self_s')).toEqual({
      calls: 0,
      open: 1,
      wall_s: 15,
      wall_self_s: 10,
    });
    expect(run.row('a.b', 'open', 'wall_s')).toEqual({ open: 1, wall_s: 5 });
    expect(run.accounting.store.get(a.node.row, columnOf('wall_s'))).toBeNaN();
  });

  test('number open calls of a label after those that have ended, one after another', () => {
    const run = new AccountingRun();
    run.close(run.open('a'));
    const calls = [10, 20, 40].map((bytes) => {
      const call = run.open('a');
      run.sampler.advance({ rss_bytes: bytes });
      return call;
    });
    measureTotals(run.accounting);
    const { row } = calls[0]!.node;
    const octaves = () =>
      [0, 1, 2].map((octave) => rowsWithOpenCalls(run.accounting).get(row, OCTAVE_COLUMNS + octave));
    // The first has seen all of the growth, and the last only its own.
    expect(octaves()).toEqual([0, 70 + 60, 40]);
    for (const call of calls.reverse()) run.close(call);
    expect(octaves()).toEqual([0, 40 + 60, 70]);
  });

  test('are those of the profiler itself where nothing is open', () => {
    const run = new AccountingRun();
    run.close(run.open('a'));
    expect(rowsWithOpenCalls(run.accounting)).toBe(run.accounting.store);
  });
});

test('the peak of the whole run is that of all samples, the ones of reports among them', () => {
  const run = new AccountingRun();
  run.sampler.set({ js_used_bytes: 50 });
  measureTotals(run.accounting);
  run.sampler.set({ js_used_bytes: 20 });
  const a = run.open('a');
  run.sampler.set({ js_used_bytes: 30 });
  run.close(a);
  expect(cells(run, 'js_kb_peak_max')).toEqual([50]);
  expect(run.row('a', 'js_kb_peak_max')).toEqual({ js_kb_peak_max: 30 });
});

import { describe, expect, test } from 'vitest';
import type { ClosedCall } from '../../src/model/stage-message.js';
import { CALL_USE } from '../../src/store/state-memory.js';
import { AccountingRun } from '../support/accounting-run.js';

const TIMES = ['calls', 'wall_s', 'wall_max_s', 'wall_self_s', 'cpu_s', 'cpu_self_s'] as const;

/** Cells in nanoseconds. CPU time passes twice as fast. */
function times(calls: number, wall: number, slowest: number, self: number) {
  return { calls, wall_s: wall, wall_max_s: slowest, wall_self_s: self, cpu_s: 2 * wall, cpu_self_s: 2 * self };
}

describe('a row has the sums over its calls', () => {
  test('a, then b inside, then a again', () => {
    const run = new AccountingRun();
    const a = run.open('a');
    run.pass(10);
    const b = run.open('a.b', a);
    run.pass(5);
    run.close(b);
    run.pass(3);
    run.close(a);
    run.pass(100);
    const again = run.open('a');
    run.pass(2);
    run.close(again);
    expect(run.row('a', ...TIMES)).toEqual(times(2, 20, 18, 15));
    expect(run.row('a.b', ...TIMES)).toEqual(times(1, 5, 5, 5));
    expect(run.row('a', 'inner_stages', 'overlapped_calls', 'open')).toEqual({
      inner_stages: 1,
      overlapped_calls: 0,
      open: 0,
    });
  });

  test('a stage that calls itself has a row at each depth, and the time of the outer call once', () => {
    const run = new AccountingRun();
    const outer = run.open('f');
    run.pass(10);
    const inner = run.open('f.f', outer);
    run.pass(4);
    run.close(inner);
    run.close(outer);
    expect(run.row('f', ...TIMES)).toEqual(times(1, 14, 14, 10));
    expect(run.row('f.f', ...TIMES)).toEqual(times(1, 4, 4, 4));
  });

  test('a row that lies within itself has the whole of both calls, and self time once', () => {
    const run = new AccountingRun({ maxLabels: 1 });
    run.open('only');
    const outer = run.open('x');
    run.pass(10);
    const inner = run.open('x.y', outer);
    expect(inner.node.path).toBe('(other)');
    run.pass(4);
    run.close(inner);
    run.close(outer);
    expect(run.row('x', ...TIMES)).toEqual(times(2, 18, 14, 14));
  });

  test('children that overlap cover their parent once', () => {
    const run = new AccountingRun();
    const parent = run.open('p');
    run.pass(1);
    const x = run.open('p.x', parent);
    run.pass(10);
    const y = run.open('p.y', parent);
    run.pass(100);
    run.close(x);
    run.pass(1_000);
    run.close(y);
    run.pass(10_000);
    run.close(parent);
    expect(run.row('p', ...TIMES)).toEqual(times(1, 11_111, 11_111, 10_001));
    expect(run.row('p.x', ...TIMES)).toEqual(times(1, 110, 110, 110));
    expect(run.row('p.y', ...TIMES)).toEqual(times(1, 1_100, 1_100, 1_100));
    expect([run.row('p', 'overlapped_calls'), run.row('p.x', 'overlapped_calls')]).toEqual([
      { overlapped_calls: 0 },
      { overlapped_calls: 1 },
    ]);
  });

  test('a call that fails is counted as a call and as an error', () => {
    const run = new AccountingRun();
    run.close(run.open('a'), true);
    run.close(run.open('a'), false);
    expect(run.row('a', 'calls', 'errors')).toEqual({ calls: 2, errors: 1 });
  });

  test('each duration is counted in its bucket', () => {
    const run = new AccountingRun();
    for (const wall of [0, 40, 40, 1_000]) {
      const call = run.open('a');
      run.pass(wall);
      run.close(call);
    }
    const durations = run.accounting.store.durations(run.node('a').row);
    expect([...durations].filter((count) => count > 0)).toEqual([1, 2, 1]);
  });

  test('a slot that is not read leaves its cells as they were: not a number', () => {
    const run = new AccountingRun();
    run.sampler.set({ process_cpu_ns: Number.NaN, read_bytes: Number.NaN });
    const a = run.open('a');
    run.sampler.pass(7);
    run.close(a);
    expect(run.row('a', 'wall_s', 'cpu_s', 'cpu_self_s', 'read_kb')).toEqual({
      wall_s: 7,
      cpu_s: Number.NaN,
      cpu_self_s: Number.NaN,
      read_kb: Number.NaN,
    });
  });
});

describe('a call that closes before its children', () => {
  test('passes them to its parent, whose self time then is without them', () => {
    const run = new AccountingRun();
    const a = run.open('a');
    const b = run.open('a.b', a);
    const c = run.open('a.b.c', b);
    run.pass(10);
    run.close(b);
    run.pass(100);
    run.close(c);
    run.pass(1_000);
    run.close(a);
    expect(run.row('a', ...TIMES)).toEqual(times(1, 1_110, 1_110, 1_000));
    expect(run.row('a.b', ...TIMES)).toEqual(times(1, 10, 10, 0));
    expect(run.row('a.b.c', ...TIMES)).toEqual(times(1, 110, 110, 110));
    expect(run.row('a', 'inner_stages')).toEqual({ inner_stages: 2 });
  });
});

describe('an opening that fails', () => {
  test('leaves no trace in the row, and none in the self time of its parent', () => {
    const run = new AccountingRun();
    const parent = run.open('p');
    run.pass(10);
    const failed = run.accounting.open(run.node('p.x'), parent);
    const { readEntry } = run.sampler;
    run.sampler.readEntry = () => {
      throw new RangeError('out of stack');
    };
    expect(() => run.accounting.enter(failed)).toThrow(RangeError);
    run.sampler.readEntry = readEntry;
    run.pass(5);
    run.accounting.discard(failed);
    run.pass(3);
    run.close(parent);
    expect(run.row('p.x', 'open', 'calls', 'wall_s')).toEqual({ open: 0, calls: 0, wall_s: Number.NaN });
    expect(run.row('p', ...TIMES)).toEqual(times(1, 18, 18, 18));
  });
});

describe('a closing that fails', () => {
  test('before the exit sample has added nothing, and adds all when it is done again', () => {
    const run = new AccountingRun();
    const a = run.open('a');
    run.pass(10);
    const { readExit } = run.sampler;
    run.sampler.readExit = () => {
      throw new RangeError('out of stack');
    };
    expect(() => run.close(a)).toThrow(RangeError);
    run.sampler.readExit = readExit;
    expect([a.folded, run.accounting.store.get(a.node.row, 0)]).toEqual([false, 0]);
    run.pass(5);
    run.close(a);
    expect(run.row('a', ...TIMES)).toEqual(times(1, 15, 15, 15));
  });

  test('after the fold does not fold again, and says so to readers of a recorder', () => {
    const run = new AccountingRun();
    const a = run.open('a');
    const b = run.open('a.b', a);
    const { row } = a.node;
    expect(a.entry[CALL_USE]).toBe(row + 1);
    run.pass(10);
    const { calls } = run.accounting;
    calls.close = () => {
      throw new RangeError('out of stack');
    };
    expect(() => run.close(a)).toThrow(RangeError);
    // The parent of b until b has been passed on.
    expect([a.folded, a.entry[CALL_USE]]).toEqual([true, -1 - row]);
    expect(() => run.close(b)).toThrow(RangeError);
    expect([b.folded, b.entry[CALL_USE]]).toEqual([true, 0]);
    Reflect.deleteProperty(calls, 'close');
    run.pass(5);
    run.close(a);
    run.close(b);
    expect(run.row('a', ...TIMES)).toEqual(times(1, 10, 10, 0));
    expect(run.row('a.b', ...TIMES)).toEqual(times(1, 10, 10, 10));
    expect([a.entry[CALL_USE], b.entry[CALL_USE]]).toEqual([0, 0]);
  });
});

test('who asks is told of a call when it closes', () => {
  const run = new AccountingRun();
  const a = run.open('a');
  const b = run.open('a.b', a);
  run.pass(10);
  const closed: ClosedCall[] = [];
  run.accounting.finish(b, true, closed);
  run.pass(3);
  run.accounting.finish(a, false, closed);
  expect(closed).toEqual([
    { label: 'a.b', opened: null, endNs: 10, wallNs: 10, failed: true },
    { label: 'a', opened: null, endNs: 13, wallNs: 13, failed: false },
  ]);
});

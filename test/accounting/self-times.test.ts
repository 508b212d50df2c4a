import { describe, expect, test } from 'vitest';
import { measureTotals, wholeRun } from '../../src/accounting/totals.js';
import { columnOf } from '../../src/store/row-store.js';
import { AccountingRun } from '../support/accounting-run.js';
import { ScriptedSampler } from '../support/scripted-sampler.js';

/** The thread uses so many nanoseconds of CPU, and as many bytes of its JS heap and of its native heap. */
function use(run: AccountingRun, amount: number): void {
  run.sampler.advance({ thread_cpu_ns: amount, js_alloc_bytes: amount, thread_native_alloc_bytes: amount });
}

/** A call that runs from now on, as the profiler says when it opens one. */
function enter(run: AccountingRun, path: string, parent = run.outside) {
  const call = run.open(path, parent);
  run.accounting.selfTimes!.resume(call.node);
  return call;
}

function selves(run: AccountingRun, ...paths: string[]): number[] {
  return paths.map((path) => {
    const { thread_cpu_self_s, js_kb_alloc_self, native_kb_alloc_self } = run.row(
      path,
      'thread_cpu_self_s',
      'js_kb_alloc_self',
      'native_kb_alloc_self',
    );
    expect([js_kb_alloc_self, native_kb_alloc_self]).toEqual([thread_cpu_self_s, thread_cpu_self_s]);
    return thread_cpu_self_s;
  });
}

describe('self times', () => {
  test('go to a, then b inside it, then a again', () => {
    const run = new AccountingRun({}, true);
    use(run, 1);
    const a = enter(run, 'a');
    use(run, 10);
    const b = enter(run, 'a.b', a);
    use(run, 5);
    run.close(b);
    run.accounting.selfTimes!.resume(a.node);
    use(run, 3);
    run.close(a);
    run.accounting.selfTimes!.resume(run.outside.node);
    use(run, 2);
    expect(measureTotals(run.accounting).threadUse).toEqual(Array(3).fill({ total: 21, outside: 3 }));
    expect(selves(run, 'a', 'a.b')).toEqual([13, 5]);
    expect(run.row('a', 'thread_cpu_s', 'js_kb_alloc')).toEqual({ thread_cpu_s: 18, js_kb_alloc: 18 });
    expect(run.sampler.useReadings).toBe(0);
  });

  test('are read at each switch between calls that overlap, and at none to the label that runs', () => {
    const run = new AccountingRun({}, true);
    const selfTimes = run.accounting.selfTimes!;
    const a = enter(run, 'a');
    use(run, 1);
    const b = enter(run, 'b');
    use(run, 10);
    selfTimes.switchTo(a.node);
    use(run, 100);
    selfTimes.switchTo(a.node);
    use(run, 200);
    selfTimes.switchTo(b.node);
    use(run, 1_000);
    run.close(a);
    run.close(b);
    expect(selves(run, 'a', 'b')).toEqual([301, 1_010]);
    expect(run.sampler.useReadings).toBe(2);
  });

  test('end where the event loop goes to wait, also for the label that runs on after it', () => {
    const run = new AccountingRun({}, true);
    const selfTimes = run.accounting.selfTimes!;
    run.sampler.watchLoop();
    const a = enter(run, 'a');
    use(run, 1);
    run.sampler.wait();
    use(run, 10);
    selfTimes.switchTo(a.node);
    use(run, 100);
    run.close(a);
    measureTotals(run.accounting);
    expect(selves(run, 'a')).toEqual([101]);
    expect(selfTimes.outside()).toEqual([10, 10, 10]);
  });

  test('leave a forced collection outside every stage', () => {
    const run = new AccountingRun({ collect: 'every' }, true);
    const a = enter(run, 'a');
    run.sampler.advance({ thread_cpu_ns: 5 });
    run.close(a);
    expect(run.collections).toBe(2);
    expect(measureTotals(run.accounting).threadUse![0]).toEqual({ total: 2_005, outside: 2_000 });
    expect(run.row('a', 'thread_cpu_self_s')).toEqual({ thread_cpu_self_s: 5 });
  });

  test('are in the row of the whole run: the total, and what was outside', () => {
    const run = new AccountingRun({}, true);
    use(run, 1);
    const a = enter(run, 'a');
    use(run, 10);
    run.close(a);
    measureTotals(run.accounting);
    const rows = wholeRun(run.accounting);
    const fields = ['thread_cpu_s', 'thread_cpu_self_s', 'native_kb_alloc', 'native_kb_alloc_self'];
    expect(fields.map((field) => rows.get(0, columnOf(field)))).toEqual([11, 1, 0, 1]);
  });

  test('are not measured without a reading of the thread, nor where nothing tells which stage runs', () => {
    const sampler = new ScriptedSampler();
    const notRead = Number.NaN;
    sampler.set({ thread_cpu_ns: notRead, js_alloc_bytes: notRead, thread_native_alloc_bytes: notRead });
    expect(new AccountingRun({}, true, sampler).accounting.selfTimes).toBeNull();
    expect(new AccountingRun({}, false).accounting.selfTimes).toBeNull();
  });
});

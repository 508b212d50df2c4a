import { describe, expect, test } from 'vitest';
import type { Report, StageRow } from '../../src/model/report.js';
import { checkReport } from '../../src/model/report-check.js';
import { MOST_WORKER_THREADS, type WorkerThread } from '../../src/model/worker-threads.js';
import { mergeReports } from '../../src/report/merge.js';
import { ThreadMerger, type ThreadReport } from '../../src/report/merge-threads.js';
import { outsideRow } from '../../src/report/outside-row.js';
import { report, row } from '../support/report-fixture.js';

const entry = (thread: number, members: Partial<WorkerThread> = {}): WorkerThread => ({
  pid: 4711,
  thread,
  name: null,
  cpu_s: 1,
  js_kb: 1000,
  js_kb_peak: 2000,
  stages: true,
  ...members,
});

const work = (calls: number, members: Partial<StageRow> = {}): StageRow =>
  row('work', {
    calls,
    errors: 1,
    wall_s: calls,
    wall_max_s: calls,
    wall_self_s: calls,
    wall_hist: [[200, calls]],
    cpu_s: 2 * calls,
    cpu_self_s: 2 * calls,
    pool_cpu_s: 0,
    thread_cpu_s: calls / 2,
    gc_s: calls / 10,
    gc_calls: calls,
    js_kb_delta: 10 * calls,
    js_kb_alloc: 100 * calls,
    js_kb_peak_max: 1000 * calls,
    external_kb_delta: calls,
    native_kb_delta: calls,
    rss_kb_delta: calls,
    rss_kb_peak_max: 50_000,
    faults_minor: calls,
    ...members,
  });

const of = (calls: number, members: Partial<Report> = {}): Report =>
  report({
    total_wall_s: calls + 1,
    outside_wall_s: 1,
    stages_wall_s: calls,
    program: work(calls, { stage: '(program)', calls: 1, wall_s: calls + 1, wall_self_s: 1 }),
    stages: [work(calls)],
    ...members,
  });

function merged(main: Report | null, ...threads: ThreadReport[]): Report {
  const merger = new ThreadMerger();
  for (const thread of threads) merger.add(thread);
  return merger.result(main)!;
}

describe('rows of worker threads', () => {
  const both = merged(of(4), { report: of(6), entry: entry(1) }, { report: of(2), entry: entry(2) });

  test('add what is the thread to the rows of the main thread', () => {
    expect(both.stages).toMatchObject([
      {
        stage: 'work',
        calls: 12,
        errors: 3,
        wall_s: 12,
        wall_max_s: 6,
        wall_hist: [[200, 12]],
        thread_cpu_s: 6,
        gc_calls: 12,
        js_kb_delta: 120,
        js_kb_alloc: 1200,
        js_kb_peak_max: 6000,
        external_kb_delta: 12,
      },
    ]);
  });

  test('leave what is the process to the main thread', () => {
    const { cpu_s, cpu_self_s, native_kb_delta, rss_kb_delta, rss_kb_peak_max, faults_minor } = both.stages[0]!;
    expect([cpu_s, cpu_self_s, native_kb_delta, rss_kb_delta, rss_kb_peak_max, faults_minor]).toEqual([
      8, 8, 4, 4, 50_000, 4,
    ]);
    expect(both).toMatchObject({ total_wall_s: 5, outside_wall_s: 1, stages_wall_s: 12, total_cpu_s: 8, thread: 0 });
    expect(both.program).toMatchObject({
      calls: 1,
      wall_s: 5,
      wall_self_s: 1,
      cpu_s: 8,
      thread_cpu_s: 6,
      gc_calls: 12,
    });
  });

  test('are blank in what is the process where the main thread has no such row', () => {
    const thread = { report: of(2, { stages: [work(2, { stage: 'only here' })] }), entry: entry(1) };
    const report = merged(of(4), thread);
    expect(report.stages.map(({ stage, calls, cpu_s, rss_kb_delta }) => [stage, calls, cpu_s, rss_kb_delta])).toEqual([
      ['work', 4, 8, 4],
      ['only here', 2, null, null],
    ]);
    expect(outsideRow(report)).toMatchObject({ wall_s: 1, cpu_s: 0, rss_kb_delta: 0, thread_cpu_s: 0 });
  });

  test('make a report that can be merged with others', () => {
    checkReport(both);
    expect(mergeReports([both, of(1)])).toMatchObject({ worker_threads: { more: 0 }, stages_wall_s: 13 });
  });

  test('stand for a main thread that has left no report', () => {
    const report = merged(
      null,
      { report: of(6), entry: entry(1) },
      { report: of(2, { partial: true }), entry: entry(2) },
    );
    checkReport(report);
    expect(report).toMatchObject({ total_wall_s: 7, partial: true, thread: null, stages: [{ calls: 8, cpu_s: null }] });
    expect(report.program).toMatchObject({ calls: 1, wall_s: 7, wall_self_s: 7, thread_cpu_s: 4 });
    // The main thread has opened no stage.
    expect(report).toMatchObject({ outside_wall_s: 7, outside_cpu_s: report.total_cpu_s });
    expect(outsideRow(report)).toMatchObject({ wall_s: 7 });
    expect(new ThreadMerger().result(null)).toBeNull();
  });
});

test('the largest threads are listed, and the others counted', () => {
  const threads = Array.from({ length: 40 }, (_, index) => ({
    report: of(1, { warnings: ['odd: 1'] }),
    entry: entry(index + 1, { js_kb_peak: (index * 7) % 40 }),
  }));
  const { worker_threads, warnings } = merged(of(1), ...threads.map((thread) => thread));
  expect(worker_threads!.threads).toHaveLength(MOST_WORKER_THREADS);
  expect(worker_threads!.more).toBe(40 - MOST_WORKER_THREADS);
  expect(warnings).toEqual(['odd: 40']);
});

test('a thread of which nothing can be read is counted', () => {
  const merger = new ThreadMerger();
  merger.addUnread();
  merger.addUnread();
  expect(merger.result(of(1))!.warnings).toEqual(['recorders of worker threads that could not be read: 2']);
});

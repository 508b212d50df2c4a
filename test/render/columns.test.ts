import { expect, test } from 'vitest';
import { METRICS, type MetricField } from '../../src/model/metrics.js';
import type { Report, StageRow } from '../../src/model/report.js';
import { absent } from '../../src/model/sources.js';
import { IMPORTANCE, rankOf } from '../../src/render/column-importance.js';
import { type ColumnKey, columnsOf as columnsWithOutside } from '../../src/render/columns.js';
import { outsideRow } from '../../src/report/outside-row.js';
import { inline } from '../../src/text/format.js';
import { durations, pipelineReport, report, row } from '../support/report-fixture.js';

const columnsOf = (given: Report, sort?: MetricField) => columnsWithOutside(given, outsideRow(given), sort);

function headings(...rows: StageRow[]): string[] {
  return columnsOf(report({ stages: rows })).columns.map(({ heading }) => heading);
}

function cell(key: ColumnKey, values: Partial<StageRow>): string | null {
  const one = row('a', values);
  const column = columnsOf(report({ stages: [one] })).columns.find((candidate) => candidate.key === key);
  const quantity = column?.cell(one) ?? null;
  return quantity === null ? null : inline(quantity);
}

test('every column of the table of metrics has an importance', () => {
  const shown = METRICS.filter(({ heading }) => heading !== null).map(({ field }) => field);
  expect(new Set(IMPORTANCE)).toEqual(new Set([...shown, 'share', 'p50', 'p95', 'p99', 'finding']));
});

test('the columns stand in the order of the table of metrics, the share beside its time', () => {
  expect(
    columnsOf(pipelineReport())
      .columns.slice(0, 9)
      .map(({ heading }) => heading),
  ).toEqual(['calls', 'errors', 'open', 'wall', 'share', 'worst', 'self', 'p50', 'p95']);
});

test('errors, open and overlapped calls get a column only if there were some', () => {
  expect(headings(row('a', { calls: 1, wall_s: 1 }))).toEqual(['calls', 'wall', 'share']);
  expect(headings(row('a', { wall_s: 1, errors: 1, open: 1, overlapped_calls: 1 }))).toEqual([
    'calls',
    'errors',
    'open',
    'wall',
    'share',
    'overlap',
  ]);
});

test('a column without a number is left out with the reason of its source', () => {
  const { sources } = report();
  const { leftOut } = columnsOf(
    report({ sources: { ...sources, gc: absent('no symbols') }, stages: [row('a', { wall_s: 1 })] }),
  );
  expect(leftOut).toContainEqual({ heading: 'gc', reason: 'no symbols' });
  expect(leftOut).toContainEqual({ heading: 'cpu', reason: 'not measured' });
  expect(leftOut).toContainEqual({ heading: 'p95', reason: 'fewer than 20 calls' });
});

test('without rows only what the header has gets a column, and nothing is called missing', () => {
  const { columns, leftOut } = columnsOf(report());
  expect([columns.map(({ heading }) => heading), leftOut]).toEqual([['wall', 'share', 'cpu'], []]);
});

test('the 95th percentile needs twenty calls, the median needs one', () => {
  expect(cell('p95', { calls: 19, wall_hist: durations([1, 19]) })).toBeNull();
  expect(cell('p95', { calls: 20, wall_hist: durations([1, 19], [3, 1]) })).toBe('970 ms');
  expect(cell('p50', { calls: 1, wall_hist: durations([1, 1]) })).toBe('970 ms');
  expect(cell('p50', { open: 1 })).toBeNull();
});

test('a quantile is never above the slowest call', () => {
  expect(cell('p50', { calls: 1, wall_max_s: 1, wall_hist: durations([1, 1]) })).toBe('970 ms');
  expect(cell('p50', { calls: 1, wall_max_s: 0.94, wall_hist: durations([0.94, 1]) })).toBe('940 ms');
});

test('only growths have a sign', () => {
  expect(cell('rss_kb_delta', { rss_kb_delta: 5 })).toBe('+5 KiB');
  expect(cell('rss_kb_peak_max', { rss_kb_peak_max: 5 })).toBe('5 KiB');
  expect(cell('js_kb_alloc', { js_kb_alloc: 5 })).toBe('5 KiB');
});

test('a report without elapsed time has no shares', () => {
  const { columns } = columnsOf(report({ total_wall_s: 0, stages: [row('a', { wall_s: 0 })] }));
  expect(columns.map(({ heading }) => heading)).toEqual(['calls', 'wall']);
});

test('the column to sort by is shown even if its metric has no heading, and gives way last', () => {
  const { columns } = columnsOf(report({ stages: [row('a', { faults_minor: 4000 })] }), 'faults_minor');
  expect(columns.map(({ heading }) => heading)).toContain('faults_minor');
  expect(rankOf('faults_minor', { sort: 'faults_minor' })).toBe(0);
  expect(rankOf('faults_minor')).toBe(IMPORTANCE.length);
});

test('the column of exact attribution has what ran outside of any stage, and the total', () => {
  const exact = { thread_cpu_s: { total: 3, outside: 1 }, js_kb_alloc: null, native_kb_alloc: null };
  const { columns } = columnsOf(report({ exact, stages: [row('a', { thread_cpu_self_s: 2 })] }));
  const column = columns.find(({ key }) => key === 'thread_cpu_self_s');
  expect([column?.outside, column?.total].map((quantity) => inline(quantity!))).toEqual(['1.00 s', '3.00 s']);
});

test.each([
  [9, 1, '+7 KiB', '+9 KiB'],
  [5, 5, '+7 KiB', '+9 KiB'],
  [1, 9, undefined, undefined],
])(
  'a growth of %d readings, with %d skipped, has cells only if most were taken',
  (readings, skipped, inRow, inTotal) => {
    const { sources } = report();
    const allocator = { ...sources.allocator, truth: 'sampled' as const, readings, skipped };
    const stage = row('a', { calls: 1, allocator_kb_delta: 7 });
    const program = row('(program)', { calls: 1, allocator_kb_delta: 9 });
    const shown = columnsOf(report({ sources: { ...sources, allocator }, stages: [stage], program }));
    const column = shown.columns.find(({ key }) => key === 'allocator_kb_delta');
    const texts = [column?.cell(stage), column?.total].map((quantity) => quantity && inline(quantity));
    expect(texts).toEqual([inRow, inTotal]);
    const reasons = shown.leftOut.filter(({ heading }) => heading === 'allocator').map(({ reason }) => reason);
    expect(reasons).toEqual(inRow === undefined ? ['most readings were skipped'] : []);
  },
);

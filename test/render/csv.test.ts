import { expect, test } from 'vitest';
import { METRICS } from '../../src/model/metrics.js';
import { renderCsv } from '../../src/render/csv.js';
import { viewOf } from '../../src/render/view.js';
import { durations, report, row } from '../support/report-fixture.js';

const cellsOf = (...rows: Parameters<typeof row>[]) =>
  renderCsv(viewOf(report({ stages: rows.map((given) => row(...given)) })))
    .split('\r\n')
    .map((line) => line.split(','));

test('the heading has every field, with quantiles in place of the histogram', () => {
  const quantiles = ['wall_p50_s', 'wall_p95_s', 'wall_p99_s'];
  const fields = METRICS.flatMap(({ field, unit }) => (unit === 'histogram' ? quantiles : [field]));
  expect(cellsOf()).toEqual([['stage', ...fields, 'findings'], ['']]);
});

test('a row has the values of its label, and an empty field for null', () => {
  const [heading, cells] = cellsOf([
    'a',
    { calls: 2, wall_s: 0.1 + 0.2, rss_kb_delta: -4, wall_hist: durations([1, 2]) },
  ]);
  const value = (field: string) => cells?.[heading!.indexOf(field)];
  expect(['stage', 'calls', 'wall_s', 'wall_p50_s', 'rss_kb_delta', 'cpu_s', 'wall_p99_s'].map(value)).toEqual([
    'a',
    '2',
    '0.3',
    '0.973078528',
    '-4',
    '',
    '0.973078528',
  ]);
});

test('growth by octave is one field, and empty where it was not measured', () => {
  const octaves = [
    [0, 700],
    [2, -5],
  ] as const;
  const [heading, ...rows] = cellsOf(['a', { growth_by_octave: octaves }], ['b']);
  const at = heading!.indexOf('growth_by_octave');
  expect(rows.slice(0, 2).map((cells) => cells[at])).toEqual(['0=700 2=-5', '']);
});

test('the findings of a row are one field with their kinds', () => {
  const [heading, ...rows] = cellsOf(
    ['a', { calls: 1, wall_s: 9, wall_self_s: 9, cpu_self_s: 0, gc_s: 6 }],
    ['b', { calls: 1, wall_s: 9 }],
  );
  expect(rows.slice(0, 2).map((cells) => cells[heading!.indexOf('findings')])).toEqual(['waiting gc-bound', '']);
});

test('a label without calls has no quantiles', () => {
  const [heading, cells] = cellsOf(['a']);
  expect(cells?.[heading!.indexOf('wall_p50_s')]).toBe('');
});

test.each([
  ['a,b', '"a,b",'],
  ['say "hi"', '"say ""hi""",'],
  ['two\nlines', 'two\\nlines,'],
  ['red \x1b[31m, "moc.live\u202e"', '"red \\x1b[31m, ""moc.live\\u202e""",'],
  ['=cmd()', "'=cmd(),"],
  ['@x', "'@x,"],
  ['-1,2', `"'-1,2",`],
  ['\t=1', '\\t=1,'],
  ['\u202e=1', '\\u202e=1,'],
  ['a=b', 'a=b,'],
])('the label %j is written as %s', (label, written) => {
  expect(
    renderCsv(viewOf(report({ stages: [row(label)] })))
      .split('findings\r\n')[1]
      ?.startsWith(written),
  ).toBe(true);
});

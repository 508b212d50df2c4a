import { expect, test } from 'vitest';
import { comparisonView } from '../../src/compare/comparison-view.js';
import { renderCompareJson } from '../../src/compare/json.js';
import { differentLoads, LoadFold, loadOfReport } from '../../src/compare/load.js';
import { renderCompareMarkdown } from '../../src/compare/markdown.js';
import { renderCompareTable } from '../../src/compare/table.js';
import { HEADER_NUMBERS } from '../../src/report/merge-header.js';
import { RESULT, side } from '../support/comparison-fixture.js';
import { report } from '../support/report-fixture.js';

const of = (...loads: readonly number[]) => {
  const fold = new LoadFold();
  for (const load of loads) {
    const header = new Float64Array(HEADER_NUMBERS.length).fill(Number.NaN);
    header[HEADER_NUMBERS.indexOf('load_per_cpu')] = load;
    fold.add(header);
  }
  return fold;
};

test('records have the mean of their loads and the highest, those without a load have no part in it', () => {
  expect(of(0.25, Number.NaN, 0.75, 0.125).result()).toEqual({ mean: 0.375, highest: 0.75 });
  expect(of(Number.NaN).result()).toBeNull();
  expect(of(0, 0).result()).toEqual({ mean: 0, highest: 0 });
});

test('parts of the records add up to all of them', () => {
  const loads = [0.1, 0.2, 0.3, 0.7, 1.1, 2.345];
  const [all, parts] = [of(...loads), of()];
  for (const load of loads.toReversed()) parts.absorb(of(load).state());
  expect(parts.result()).toEqual(all.result());
});

test('a report keeps the highest load alone, an older one none', () => {
  expect(loadOfReport(report({ load_per_cpu: 1.5 }))).toEqual({ mean: null, highest: 1.5 });
  expect(loadOfReport(report({ load_per_cpu: null }))).toBeNull();
  expect(loadOfReport(report())).toBeNull();
});

test.each([
  ['half a thread a CPU more', 0.25, 0.75, false],
  ['more than that', 0.25, 0.751, true],
  ['less, by as much', 0.751, 0.25, true],
  ['a quarter more of a high load', 4, 5, false],
  ['more than a quarter of it', 4, 5.01, true],
])('%s: the loads differ clearly or not', (_, base, next, isClear) => {
  const [before, after] = [
    { mean: base, highest: 9 },
    { mean: next, highest: 9 },
  ];
  expect(differentLoads(before, after)).toEqual(isClear ? { base, new: next } : null);
});

test('the highest loads are compared where one side has no mean', () => {
  const report = { mean: null, highest: 3 };
  expect(differentLoads({ mean: 0.1, highest: 2.9 }, report)).toBeNull();
  expect(differentLoads({ mean: 2.9, highest: 0.1 }, report)).toEqual({ base: 0.1, new: 3 });
  expect(differentLoads(null, report)).toBeNull();
});

const view = comparisonView(
  {
    ...RESULT,
    base: { ...side('before'), load: { mean: 0.125, highest: 0.5 } },
    new: { ...side('after'), files: null, load: { mean: null, highest: 2.1 } },
  },
  { sort: 'change' },
);

test('the table has the load beside each side, and warns where they differ', () => {
  const lines = renderCompareTable(view).split('\n');
  expect(lines[0]).toBe('base  before: 1,300 records in 2 files, load 0.13 a CPU, left out: 3 failed');
  expect(lines[1]).toBe('new   after: a report of 1,300 records, load up to 2.10 a CPU');
  expect(lines.find((line) => line.startsWith('load '))).toContain('was 0.50 threads a CPU in base and 2.10 in new');
});

test('Markdown has both as well, and JSON the numbers', () => {
  const markdown = renderCompareMarkdown(view);
  expect(markdown).toContain('load 0.13 a CPU');
  expect(markdown).toContain('- **load** was 0.50 threads a CPU in base and 2.10 in new');
  const { base, new: next } = JSON.parse(renderCompareJson(view));
  expect([base.load_per_cpu, next.load_per_cpu]).toEqual([
    { mean: 0.125, highest: 0.5 },
    { mean: null, highest: 2.1 },
  ]);
});

import { describe, expect, test } from 'vitest';
import { comparisonView } from '../../src/compare/comparison-view.js';
import type { CompareRanking, Sort } from '../../src/compare/ranking.js';
import type { CompareResult } from '../../src/compare/result.js';
import { renderCompareTable } from '../../src/compare/table.js';
import { verdictsOf } from '../../src/compare/verdicts.js';
import type { Layout } from '../../src/text/layout.js';
import { comparison, RESULT, side } from '../support/comparison-fixture.js';

const table = (options: Partial<CompareRanking> & Layout = {}, result: Partial<CompareResult> = {}) =>
  renderCompareTable(comparisonView({ ...RESULT, ...result }, { sort: 'change', ...options }), options);
const labelsOf = (text: string) =>
  text
    .split('\n')
    .slice(6, 12)
    .map((line) => /^\S*/.exec(line)![0]);

test('verdicts hold for all comparisons together', () => {
  const words = [...verdictsOf(RESULT)].map(([{ stage }, verdict]) => [stage, verdict]);
  expect(words).toEqual([
    ['extract', 'up'],
    ['extract.small', 'down'],
    // 0.03 is the highest of the three, so it is compared with 0.05 itself.
    ['classify', 'up'],
  ]);
  const twice = { ...RESULT, comparisons: [...RESULT.comparisons, comparison('more', 1, 2, 0.04)] };
  expect([...verdictsOf(twice).values()]).toEqual(['up', 'down', 'unclear', 'unclear']);
});

describe('the table', () => {
  test('says what is compared, and shows the labels side by side, the largest change first', () => {
    expect(table()).toMatchInlineSnapshot(`
      "base  before: 1,300 records in 2 files, left out: 3 failed
      new   aft\\x1ber: 1,300 records in 2 files, left out: 3 failed
      1,200 inputs in both are compared; left out: 97 only in base, 0 only in new

      Elapsed time, summed over the calls: all inputs in both together
      wall_s           base      new  difference  change  95% interval                   inputs
      a\\x1b[31m|"=x  50.0 s  90.0 s     +40.0 s   +80.0%                    no interval   1,200
      extract         100 s   112 s     +12.0 s   +12.0%  +10.0% to +14.0%  up            1,200
      classify       80.0 s  81.0 s     +1.00 s    +1.2%  -0.8% to +3.2%    up            1,200
      extract.small  1.00 s   500 ms     -500 ms  -50.0%  -52.0% to -48.0%  down          1,200
      old            7.00 s     -           -         -                     gone          1,200
      young             -    7.00 s         -         -                     new           1,200

      interval     95% intervals are of how inputs differ, not of how runs do: what the machine was doing meanwhile is in none of them
      up, down     significant with 95% for all 3 comparisons together (Holm); no word is no evidence, not no change
      no interval  wall_s: 3 inputs: 5 are needed
      left out     cpu_s: measured on neither side
      "
    `);
  });

  test.each<[Sort, string[]]>([
    ['percent', ['a\\x1b[31m|"=x', 'extract.small', 'extract', 'classify', 'old', 'young']],
    ['base', ['extract', 'classify', 'a\\x1b[31m|"=x', 'old', 'extract.small', 'young']],
    ['new', ['extract', 'a\\x1b[31m|"=x', 'classify', 'young', 'extract.small', 'old']],
    ['stage', ['a\\x1b[31m|"=x', 'classify', 'extract', 'extract.small', 'old', 'young']],
  ])('can be sorted by %s', (sort, labels) => {
    expect(labelsOf(table({ sort }))).toEqual(labels);
  });

  test('keeps the first rows, and says how many', () => {
    const text = table({ top: 2 });
    expect(text).toContain('together, 2 of 6 labels\n');
    expect(labelsOf(text)).toEqual(['a\\x1b[31m|"=x', 'extract', '', 'interval', 'up,', 'no']);
  });

  test.each([60, 80, 100])('fits %d characters and keeps the change and the verdict', (width) => {
    const text = table({ width });
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
    expect(text).toMatch(/^extract .* \+12\.0% {2}\+10\.0% to \+14\.0% {2}up/m);
    if (width >= 80) expect(text).toMatch(/extract +100 s +112 s/);
  });

  test('is painted on a terminal, without the escapes of a label', () => {
    const text = table({ colour: true });
    expect(text).toContain('\u001b[31mup ');
    expect(text).not.toContain('a\u001b');
  });

  test('says once that a block has no interval', () => {
    const text = table({}, { comparisons: [comparison('a', 1, 2, null), comparison('b', 1, 3, null)] });
    expect(text).toContain('together, no intervals\n');
    expect(text.match(/no interval(?!s)/g)).toEqual(['no interval']);
  });

  test('warns of reports with different numbers of records', () => {
    const report = { ...side('r.json'), files: null, records: 9 };
    expect(table({}, { base: report, new: { ...report, records: 10 }, inputs: null })).toMatch(
      /^base {2}r\.json: a report of 9 records\n[\s\S]*\nrecords .*are 9 in base and 10 in new/,
    );
    expect(table({}, { base: report, new: report, inputs: null })).not.toMatch(/^records/m);
  });

  test('warns of corpora that are not matched', () => {
    expect(table({}, { inputs: null, observation: 'record' })).toMatch(/^inputs +are not matched/m);
  });
});

import { describe, expect, test } from 'vitest';
import type { Comparison } from '../../src/compare/comparison.js';
import { parseExpression, violationsOf } from '../../src/compare/fail-on.js';
import { renderCompareCsv, renderCompareJson, renderCompareMarkdown } from '../../src/compare/formats.js';
import { type CompareResult, verdictsOf } from '../../src/compare/result.js';
import { renderCompareTable } from '../../src/compare/table.js';

const HOSTILE = 'a\u001b[31m|"=x';

function comparison(stage: string, base: number, next: number, probability: number | null): Comparison {
  const change = (value: number, half: number) =>
    probability === null
      ? { value, low: null, high: null, probability }
      : { value, low: value - half, high: value + half, probability };
  return {
    stage,
    field: 'wall_s',
    statistic: 'total',
    state: 'both',
    base,
    new: next,
    inputs: { base: 1200, new: 1200 },
    unmeasured: { base: 0, new: 0 },
    highest: null,
    difference: change(next - base, 1),
    relative: change(next / base - 1, 0.02),
    whyNoInterval: probability === null ? '3 inputs: 5 are needed' : null,
  };
}

const oneSided = (stage: string, state: 'new' | 'gone'): Comparison => ({
  ...comparison(stage, 7, 7, null),
  state,
  [state === 'new' ? 'base' : 'new']: null,
  difference: null,
  relative: null,
  whyNoInterval: null,
});

const facts = (name: string) => ({
  name,
  files: 2,
  records: 1300,
  failed: 3,
  unprofiled: 0,
  nameless: 0,
  processes: 1,
});

const RESULT: CompareResult = {
  base: facts('before'),
  new: facts('aft\u001ber'),
  inputs: { both: 1200, onlyBase: 97, onlyNew: 0 },
  confidence: 0.95,
  fields: ['wall_s', 'cpu_s'],
  comparisons: [
    comparison('extract', 100, 112, 1e-9),
    comparison('extract.small', 1, 0.5, 1e-9),
    comparison(HOSTILE, 50, 90, null),
    comparison('classify', 80, 81, 0.03),
    oneSided('old', 'gone'),
    oneSided('young', 'new'),
  ],
  violations: [],
};

const table = (options = {}, result: Partial<CompareResult> = {}) =>
  renderCompareTable({ ...RESULT, ...result }, { sort: 'change', ...options });
const labelsOf = (text: string) =>
  text
    .split('\n')
    .slice(6, 12)
    .map((line) => /^\S*/.exec(line)![0]);

test('a verdict is for all comparisons together', () => {
  const words = [...verdictsOf(RESULT)].map(([{ stage }, verdict]) => [stage, verdict]);
  expect(words).toEqual([
    ['extract', 'up'],
    ['extract.small', 'down'],
    // 0.03 alone is below 0.05. It is the highest of the three, so that it is multiplied by one.
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

  test.each([
    ['percent', ['a\\x1b[31m|"=x', 'extract.small', 'extract', 'classify', 'old', 'young']],
    ['base', ['extract', 'classify', 'a\\x1b[31m|"=x', 'old', 'extract.small', 'young']],
    ['new', ['extract', 'a\\x1b[31m|"=x', 'classify', 'young', 'extract.small', 'old']],
    ['stage', ['a\\x1b[31m|"=x', 'classify', 'extract', 'extract.small', 'old', 'young']],
  ])('can be sorted by %s', (sort, labels) => {
    expect(labelsOf(table({ sort }))).toEqual(labels);
  });

  test('keeps as many rows as asked for, and says so', () => {
    const text = table({ top: 2 });
    expect(text).toContain('together, 2 of 6 labels\n');
    expect(labelsOf(text)).toEqual(['a\\x1b[31m|"=x', 'extract', '', 'interval', 'up,', 'no']);
  });

  test.each([60, 80, 100])('fits %d characters: what one came for stays', (width) => {
    const text = table({ width });
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
    expect(text).toMatch(/^extract .* \+12\.0% {2}\+10\.0% to \+14\.0% {2}up/m);
    if (width >= 80) expect(text).toMatch(/extract +100 s +112 s/);
  });

  test('has colours on a terminal, and no escape sequence of a label', () => {
    const text = table({ colour: true });
    expect(text).toContain('\u001b[31mup ');
    expect(text).not.toContain('a\u001b');
  });

  test('says once for a block that it has no interval', () => {
    const text = table({}, { comparisons: [comparison('a', 1, 2, null), comparison('b', 1, 3, null)] });
    expect(text).toContain('together, no intervals\n');
    expect(text.match(/no interval(?!s)/g)).toEqual(['no interval']);
  });

  test('warns where the reports have different numbers of records', () => {
    const report = { ...facts('r.json'), files: null, records: 9 };
    expect(table({}, { base: report, new: { ...report, records: 10 }, inputs: null })).toMatch(
      /^base {2}r\.json: a report of 9 records\n[\s\S]*\nrecords .*are 9 in base and 10 in new/,
    );
    expect(table({}, { base: report, new: report, inputs: null })).not.toMatch(/^records/m);
  });

  test('warns where inputs are not matched', () => {
    expect(table({}, { inputs: null })).toMatch(/^inputs +are not matched/m);
  });
});

test('JSON has the numbers as they are, and the violations', () => {
  const violations = violationsOf(parseExpression('wall_s>10%'), RESULT.comparisons, 0.95);
  const json = JSON.parse(renderCompareJson({ ...RESULT, violations }, { sort: 'change' }));
  expect(json).toMatchObject({
    base: { name: 'before', files: 2, records: 1300, failed: 3 },
    inputs: { both: 1200, only_base: 97, only_new: 0 },
    confidence: 0.95,
  });
  expect(json.comparisons[1]).toMatchObject({
    stage: 'extract',
    metric: 'wall_s',
    unit: 's',
    statistic: 'total',
    base: 100,
    new: 112,
    difference: { value: 12, low: 11, high: 13, probability: 1e-9 },
    verdict: 'up',
    why_no_interval: null,
  });
  expect(json.violations).toMatchObject([
    { fail_on: 'wall_s>10%', stage: 'extract', metric: 'wall_s', comparisons: 3 },
    { stage: HOSTILE },
  ]);
});

test('CSV has a row for each label and metric', () => {
  const lines = renderCompareCsv(RESULT, { sort: 'stage' }).split('\r\n');
  const fields = lines[0]!.split(',');
  const extract = Object.fromEntries(lines[3]!.split(',').map((cell, index) => [fields[index], cell]));
  expect(fields).toHaveLength(21);
  expect(extract).toMatchObject({ stage: 'extract', base: '100', new: '112', difference_low: '11', verdict: 'up' });
  expect(lines[1]!.startsWith('"a\\x1b[31m|""=x",wall_s')).toBe(true);
});

test('Markdown has a table for each metric, with every label as it is', () => {
  const text = renderCompareMarkdown(RESULT, { sort: 'change', top: 2 });
  expect(text).toContain('| extract | 100 s | 112 s | +12.0 s | +12.0% | +10.0% to +14.0% | up | 1,200 |');
  expect(text).toContain('| a\\\\x1b\\[31m\\|"=x | 50.0 s |');
  expect(text).not.toContain('classify');
});

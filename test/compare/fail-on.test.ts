import { describe, expect, test } from 'vitest';
import type { Change, Comparison } from '../../src/compare/comparison.js';
import { coveredBy, parseExpression, violationsOf } from '../../src/compare/fail-on.js';
import { uncoveredText, violationText } from '../../src/compare/violation-text.js';

/** A label whose wall time went from 10 s to `next`, with the probability that chance does so. */
function comparison(
  stage: string,
  next: number,
  probability: number | null,
  others: Partial<Comparison> = {},
): Comparison {
  const change = (value: number): Change =>
    probability === null
      ? { value, low: null, high: null, probability }
      : { value, low: value - 0.01, high: value + 0.01, probability };
  return {
    stage,
    field: 'wall_s',
    statistic: 'total',
    state: 'both',
    base: 10,
    new: next,
    inputs: { base: 9, new: 9 },
    unmeasured: { base: 0, new: 0 },
    highest: null,
    difference: change(next - 10),
    relative: change(next / 10 - 1),
    whyNoInterval: probability === null ? '3 inputs: 5 are needed' : null,
    ...others,
  };
}

const violated = (text: string, comparisons: Comparison[], confidence = 0.95) =>
  violationsOf(parseExpression(text), comparisons, confidence).map((one) => one.comparison.stage);

describe('an expression', () => {
  test.each([
    ['wall_s>10%', { labels: undefined, field: 'wall_s', direction: '>', isRelative: true, threshold: 0.1 }],
    [' wall_s > 1.5 min ', { isRelative: false, threshold: 90 }],
    ['wall_s<-250ms', { direction: '<', threshold: -0.25 }],
    ['rss_kb_peak_max>100MB', { field: 'rss_kb_peak_max', threshold: 97_656.25 }],
    ['rss_kb_peak_max>100MiB', { threshold: 102_400 }],
    ['js_kb_delta<-1KiB', { threshold: -1 }],
    ['calls>0', { field: 'calls', threshold: 0 }],
    ['calls>0%', { isRelative: true }],
    ['extract.*:cpu_s>5%', { labels: 'extract.*', field: 'cpu_s' }],
    ['a:b>c:cpu_s>5%', { labels: 'a:b>c', field: 'cpu_s' }],
  ])('%s is read', (text, expected) => {
    expect(parseExpression(text)).toMatchObject({ text, ...expected });
  });

  test.each([
    ['wall_s', /METRIC>THRESHOLD/],
    ['wall_s>=10%', /METRIC>THRESHOLD/],
    ['wall_s>ten', /METRIC>THRESHOLD/],
    ['', /METRIC>THRESHOLD/],
    ['wall>10%', /no metric wall, there are calls, .*wall_s/],
    ['wall_hist>10%', /no metric wall_hist/],
    ['wall_s>5', /units %, us, ms, s, min, h/],
    ['wall_s>5MB', /units %, us/],
    ['rss_kb_peak_max>5s', /units %, B, KiB/],
    ['calls>5s', /calls is a count/],
    ['rss_kb_delta>5%', /rss_kb_delta may be about zero/],
    ['wall_s>-5%', /sign of -5/],
    ['wall_s<5%', /sign of 5/],
  ])('%s is refused', (text, reason) => {
    expect(() => parseExpression(text)).toThrow(reason);
  });
});

describe('an expression is met', () => {
  test('by a change over the threshold that is significant', () => {
    expect(violated('wall_s>10%', [comparison('a', 11.1, 0.01)])).toEqual(['a']);
    expect(violated('wall_s>10%', [comparison('a', 11, 0.01)])).toEqual([]);
    expect(violated('wall_s>10%', [comparison('a', 15, 0.06)])).toEqual([]);
    expect(violated('wall_s>10%', [comparison('a', 15, 0.06)], 0.9)).toEqual(['a']);
  });

  test('by a drop where it asks for one', () => {
    const both = [comparison('up', 20, 1e-9), comparison('down', 5, 1e-9)];
    expect(violated('wall_s<-10%', both)).toEqual(['down']);
    expect(violated('wall_s<-4.9s', both)).toEqual(['down']);
    expect(violated('wall_s>9.9s', both)).toEqual(['up']);
  });

  test('by fewer changes the more labels it covers', () => {
    const quiet = Array.from({ length: 9 }, (_, index) => comparison(`b${index}`, 10, 1));
    expect(violated('wall_s>10%', [comparison('a', 15, 0.01), ...quiet])).toEqual([]);
    expect(violated('a:wall_s>10%', [comparison('a', 15, 0.01), ...quiet])).toEqual(['a']);
    expect(violated('wall_s>10%', [comparison('a', 15, 0.005), ...quiet])).toEqual(['a']);
  });

  test('by any change over the threshold that has no interval', () => {
    expect(violated('wall_s>10%', [comparison('a', 11.1, null), comparison('b', 10.9, null)])).toEqual(['a']);
  });

  test('by a change from nothing, whatever the percentage', () => {
    const fromNothing = comparison('a', 3, 0.001, { base: 0, relative: null });
    expect(
      violated('wall_s>1000%', [{ ...fromNothing, difference: { ...fromNothing.difference!, value: 3 } }]),
    ).toEqual(['a']);
    expect(violated('wall_s>0%', [{ ...fromNothing, difference: { ...fromNothing.difference!, value: 0 } }])).toEqual(
      [],
    );
  });
});

describe('labels', () => {
  const both = ['a', 'a.b', 'axb', 'a.b.c', '(program)', '[x]+'].map((stage) => comparison(stage, 11, 0.5));
  test.each([
    ['a.*', ['a.b', 'a.b.c']],
    ['a.b', ['a.b']],
    ['a?b', ['a.b', 'axb']],
    ['*', ['a', 'a.b', 'axb', 'a.b.c', '(program)', '[x]+']],
    ['(program)', ['(program)']],
    ['[x]+', ['[x]+']],
    ['b', []],
  ])('%s', (labels, stages) => {
    expect(coveredBy(parseExpression(`${labels}:wall_s>1%`), both).map(({ stage }) => stage)).toEqual(stages);
  });

  test('that are on no side, on one side, or without the metric are told apart', () => {
    const gone = comparison('old', 1, null, { state: 'gone', new: null, difference: null, relative: null });
    const said = (text: string, comparisons: Comparison[]) => uncoveredText(parseExpression(text), comparisons);
    expect(said('x:wall_s>1%', [...both, gone])).toBe(
      'no label of both sides is x, there are a, a.b, axb, a.b.c, (program), [x]+',
    );
    expect(said('old:wall_s>1%', [...both, gone])).toBe('old is only in base');
    expect(said('wall_s>1%', [gone])).toBe('wall_s was not measured in new');
    expect(said('cpu_s>1%', both)).toBe('cpu_s was measured on neither side');
    const many = Array.from({ length: 23 }, (_, index) => comparison(`s${index}`, 1, null));
    expect(said('x:wall_s>1%', many)).toMatch(/s19 and 3 more$/);
  });
});

test('a violation is one line with the label, both sides, the change and its interval', () => {
  const line = (text: string, one: Comparison) =>
    violationsOf(parseExpression(text), [one], 0.95).map((violation) => violationText(violation, 0.95));
  expect(line('wall_s>10%', comparison('a', 12, 0.01))).toEqual([
    '--fail-on wall_s>10%: a: wall_s total 10.0 s to 12.0 s, +20.0% (95% interval +19.0% to +21.0%, significant among 1)',
  ]);
  expect(line('wall_s>1s', comparison('a', 12, 0.01))).toEqual([
    '--fail-on wall_s>1s: a: wall_s total 10.0 s to 12.0 s, +2.00 s (95% interval +1.99 s to +2.01 s, significant among 1)',
  ]);
  expect(line('wall_s>10%', comparison('a', 12, null))).toEqual([
    '--fail-on wall_s>10%: a: wall_s total 10.0 s to 12.0 s, +20.0% (without an interval: 3 inputs: 5 are needed)',
  ]);
});

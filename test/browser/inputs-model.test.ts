import { describe, expect, test } from 'vitest';
import { timesText } from '../../src/browser/input-card.js';
import {
  failedText,
  isFailed,
  medianOf,
  outerFence,
  outliersOf,
  StageMedians,
  wantsLogarithms,
} from '../../src/browser/inputs-model.js';
import { packReference, packValue } from '../../src/page/packed-value.js';
import type { InputColumn, InputsPart } from '../../src/page/page-data.js';

const column = (key: string, values: (number | null)[]): InputColumn => ({
  key,
  heading: key,
  unit: 's',
  description: '',
  values,
});

function part(values: number[], more: Partial<InputsPart> = {}): InputsPart {
  return {
    names: values.map((_, index) => `input${index}`),
    files: ['f'],
    file: values.map(() => 0),
    line: values.map(() => 1),
    errors: ['', 'timeout'],
    error: values.map(() => 0),
    columns: [column('wall_s', values)],
    stages: null,
    total: values.length,
    notes: [],
    ...more,
  };
}

/** 1 to 2 in equal steps of the logarithm: the quartiles are at 2^(1/4) and 2^(3/4). */
const spread = Array.from({ length: 101 }, (_, index) => 2 ** (index / 100));

describe('the rule of outliers', () => {
  test('is the outer fence of logarithms: the upper quartile times the third power of their ratio', () => {
    expect(outerFence(spread)).toBeCloseTo(2 ** 0.75 * 2 ** (3 * 0.5), 6);
  });

  test('needs a dozen inputs, and no value that is missing or zero counts', () => {
    expect(outerFence(spread.slice(0, 11))).toBeNull();
    expect(outerFence([null, 0, -4, ...spread])).toBeCloseTo(outerFence(spread)!, 6);
  });

  test('finds nothing in inputs that differ by less than a tenth', () => {
    expect(outerFence(Array(50).fill(3))).toBeCloseTo(3 * 1.1 ** 3, 6);
  });

  test('marks those above the fence of either number, the farthest first, and those that failed', () => {
    const values = [...spread, 100, 20, 1];
    const other = column('peak', [...values.map(() => 5)]);
    const inputs = part(values, { error: values.map((_, index) => (index === 103 ? 1 : 0)) });
    const [wall] = inputs.columns;
    expect(outliersOf(inputs, wall!, other)).toEqual([101, 102, 103]);
    expect(outliersOf(inputs, other, wall!)).toEqual([101, 102, 103]);
    expect(isFailed(inputs, 103)).toBe(true);
  });
});

describe('an input beside the median', () => {
  const walls = [1, 2, 4, 8];
  const packed = (values: (number | null)[]) =>
    values.map((value, index) => packValue(value, packReference(walls[index])));
  const inputs = part(walls, {
    stages: {
      labels: ['load', 'parse', 'rare'],
      metrics: [
        {
          key: 'wall_s',
          heading: 'wall',
          unit: 's',
          packed: [packed([0.5, 1, 2, 4]), packed([0, 0.1, 0.2, 30]), packed([null, null, 3, null])],
        },
      ],
    },
  });
  const medians = new StageMedians(inputs);
  const of = (input: number) =>
    medians
      .of(input)
      .map(({ stage, values: [value] }) => [
        stage,
        Number(value!.own!.toPrecision(2)),
        Number(value!.median!.toPrecision(2)),
      ]);

  test('has its stages with the median of the inputs that have the stage', () => {
    expect(of(3)).toEqual([
      ['load', 4, 1.5],
      ['parse', 30, 0.15],
    ]);
    expect(of(2).at(-1)).toEqual(['rare', 3, 3]);
  });

  test('says how many times it is', () => {
    expect([timesText(30, 0.15), timesText(3, 2), timesText(1, 4), timesText(45, 3)]).toEqual([
      '200×',
      '1.5×',
      '0.25×',
      '15×',
    ]);
    expect([timesText(null, 1), timesText(1, null), timesText(0, 1), timesText(1, 0)]).toEqual(['', '', '', '']);
  });

  test('and the median of a column is that of what was measured', () => {
    expect(medianOf(column('x', [null, 3, 1, null, 2]))).toBe(2);
    expect(medianOf(column('x', [null]))).toBeNull();
  });
});

test('a scale of logarithms is for positive numbers over more than a decade', () => {
  expect(wantsLogarithms(column('x', [1, null, 100]))).toBe(true);
  expect(wantsLogarithms(column('x', [1, 20]))).toBe(false);
  expect(wantsLogarithms(column('x', [0, 100]))).toBe(false);
});

test('of a sample of inputs, how many failed is told of those that are shown', () => {
  const error = [0, 1, 1];
  expect(failedText(part([1, 2, 3], { error }))).toBe('2 failed');
  expect(failedText(part([1, 2, 3], { error, total: 20_000 }))).toBe('2 of those shown failed');
});

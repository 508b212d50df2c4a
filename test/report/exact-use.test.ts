import { expect, test } from 'vitest';
import { addExactUse, exactUse } from '../../src/report/exact-use.js';
import { mergeReports } from '../../src/report/merge.js';
import { report } from '../support/report-fixture.js';

test('nanoseconds and bytes become seconds and KiB, and what was not read becomes null', () => {
  expect(
    exactUse([
      { total: 3e9, outside: 1e9 },
      { total: 2048, outside: 0 },
      { total: Number.NaN, outside: Number.NaN },
    ]),
  ).toEqual({
    thread_cpu_s: { total: 3, outside: 1 },
    js_kb_alloc: { total: 2, outside: 0 },
    native_kb_alloc: null,
  });
});

const a = {
  thread_cpu_s: { total: 3, outside: 1 },
  js_kb_alloc: { total: 2, outside: 0 },
  native_kb_alloc: null,
};
const b = {
  thread_cpu_s: { total: 30, outside: 10 },
  js_kb_alloc: null,
  native_kb_alloc: { total: 7, outside: 5 },
};
const both = {
  thread_cpu_s: { total: 33, outside: 11 },
  js_kb_alloc: { total: 2, outside: 0 },
  native_kb_alloc: { total: 7, outside: 5 },
};

test.each([
  [a, b, both],
  [a, null, a],
  [undefined, b, b],
  [null, undefined, null],
])('%j and %j add up to %j', (left, right, sum) => {
  expect(addExactUse(left, right)).toEqual(sum);
});

test('merged reports have the sum', () => {
  expect(mergeReports([report({ exact: a }), report({ exact: b }), report()]).exact).toEqual(both);
});

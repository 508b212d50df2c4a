import { expect, test } from 'vitest';
import { CallNumbers } from '../../src/corpus/call-numbers.js';
import { report, row } from '../support/report-fixture.js';

test('calls are numbered on from input to input, those still open and whole runs among them', () => {
  const numbers = new CallNumbers(true);
  const before = () => ['a', 'b', ''].map(numbers.before);
  expect(before()).toEqual([0, 0, 0]);
  numbers.add(report({ stages: [row('a', { calls: 3, open: 1 })] }));
  numbers.add(report({ stages: [row('b', { calls: 2 }), row('a', { calls: 1 })] }));
  expect(before()).toEqual([5, 2, 2]);
  expect(numbers.inputs).toBe(2);
});

test('a process of one input numbers no calls', () => {
  const numbers = new CallNumbers(false);
  numbers.add(report({ stages: [row('a', { calls: 3 })] }));
  expect(['a', ''].map(numbers.before)).toEqual([Number.NaN, Number.NaN]);
  expect(numbers.inputs).toBeNull();
});

test('once there are too many labels, those known are numbered on and others not at all', () => {
  const numbers = new CallNumbers(true);
  const stages = Array.from({ length: 20_000 }, (_, index) => row(`s${index}`, { calls: 1 }));
  numbers.add(report({ stages }));
  numbers.add(report({ stages }));
  expect([numbers.before('s0'), numbers.before('s19999'), numbers.before('new')]).toEqual([2, Number.NaN, Number.NaN]);
});

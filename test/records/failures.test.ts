import { expect, test } from 'vitest';
import { Failures, NO_KIND, OTHER_KINDS } from '../../src/records/failures.js';

test('failures are counted by their kind, the most frequent first, however chunks share them', () => {
  const whole = new Failures();
  for (const kinds of [
    ['timeout', 'signal'],
    ['exception', 'timeout', '__proto__'],
  ]) {
    const part = new Failures();
    for (const kind of kinds) part.add({ kind, message: 'no' });
    whole.absorb(structuredClone(part.state()));
  }
  expect([...whole.result()]).toEqual([
    ['timeout', 2],
    ['__proto__', 1],
    ['exception', 1],
    ['signal', 1],
  ]);
});

test.each([['a text'], [7], [{ message: 'no' }], [{ kind: 3 }], [{ kind: '' }], [undefined]])(
  'an error without a kind is a failure all the same: %j',
  (error) => {
    const failures = new Failures();
    failures.add(error);
    expect([...failures.result()]).toEqual([[NO_KIND, 1]]);
  },
);

test('kinds have a bound in number and length', () => {
  const failures = new Failures();
  for (let index = 0; index < 10_000; index++) failures.add({ kind: `${index}${'x'.repeat(1000)}` });
  const counts = failures.result();
  expect(counts.size).toBe(65);
  expect(counts.get(OTHER_KINDS)).toBe(10_000 - 64);
  expect(Math.max(...[...counts.keys()].map((kind) => kind.length))).toBeLessThan(70);
});

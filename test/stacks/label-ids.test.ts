import { expect, test } from 'vitest';
import { LabelIds } from '../../src/stacks/label-ids.js';

test('a label of which nobody could be told is told of the next time, with the number that it has', () => {
  const told: [number, string][] = [];
  let isFull = true;
  const ids = new LabelIds((id, label) => {
    if (isFull) throw new RangeError('Maximum call stack size exceeded');
    told.push([id, label]);
  });
  expect(() => ids.idOf('a')).toThrow(RangeError);
  isFull = false;
  const id = ids.idOf('a');
  expect(told).toEqual([[id, 'a']]);
  expect(ids.idOf('b')).not.toBe(id);
});

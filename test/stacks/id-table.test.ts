import { expect, test } from 'vitest';
import { IdTable } from '../../src/stacks/id-table.js';

test('a table of ids tells ids of 64 bits apart, and a number is the same id as its bigint', () => {
  const table = new IdTable<string>(7);
  const ids = [1, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1, 2n ** 53n, 2n ** 53n + 1n, 2n ** 64n - 1n, 0xffffffff];
  expect(ids.map((id) => table.add(id, `${id}`))).toEqual(ids.map(() => true));
  expect(ids.map((id) => table.get(id))).toEqual(ids.map(String));
  expect(ids.map((id) => table.get(BigInt(id)))).toEqual(ids.map(String));
  expect([table.get(2), table.get(2n ** 33n), table.get(0)]).toEqual([undefined, undefined, undefined]);
});

test('a table of ids keeps the first of two values with the same id', () => {
  const table = new IdTable<string>(0);
  expect([table.add(5, 'a'), table.add(5n, 'b'), table.add(6, 'c')]).toEqual([true, false, true]);
  expect([table.get(5), table.get(6)]).toEqual(['a', 'c']);
});

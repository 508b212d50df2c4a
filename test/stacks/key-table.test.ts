import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyTable } from '../../src/stacks/key-table.js';

function intern(table: KeyTable, ...words: number[]): number {
  table.key.set(words);
  return table.intern();
}

function find(table: KeyTable, ...words: number[]): number {
  table.key.set(words);
  return table.find();
}

describe.each([0, 1, 0xdeadbeef])('a table of keys with seed %i', (seed) => {
  test('numbers distinct keys from 1 in the order in which they were added', () => {
    const table = new KeyTable(2, seed);
    expect([intern(table, 5, 6), intern(table, 6, 5), intern(table, 5, 6), intern(table, 0, 0)]).toEqual([1, 2, 1, 3]);
    expect(table.length).toBe(3);
    expect([table.word(2, 0), table.word(2, 1), table.word(3, 0)]).toEqual([6, 5, 0]);
  });

  test('looks a key up without adding it', () => {
    const table = new KeyTable(1, seed);
    intern(table, 7);
    expect([find(table, 7), find(table, 8), table.length]).toEqual([1, 0, 1]);
  });

  test('keeps the numbers and words of its keys as it grows', () => {
    const table = new KeyTable(3, seed);
    for (let i = 0; i < 10_000; i++) expect(intern(table, i % 100, Math.floor(i / 100), 0xffffffff)).toBe(i + 1);
    for (let i = 0; i < 10_000; i++) expect(find(table, i % 100, Math.floor(i / 100), 0xffffffff)).toBe(i + 1);
    expect([table.length, table.word(1234, 0), table.word(1234, 1), table.word(1234, 2)]).toEqual([
      10_000, 33, 12, 0xffffffff,
    ]);
  });

  test('numbers keys as a Map of them would', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.integer({ min: 0, max: 0xffffffff }), fc.nat(3))), (keys) => {
        const table = new KeyTable(3, seed);
        const map = new Map<string, number>();
        for (const words of keys) {
          const text = words.join();
          if (!map.has(text)) map.set(text, map.size + 1);
          expect(intern(table, ...words)).toBe(map.get(text));
        }
        expect(table.length).toBe(map.size);
      }),
    );
  });
});

import { expect, test } from 'vitest';
import { ENTRY_CELLS, makeRing, RingReader, writeEntry } from '../../src/stacks/stage-ring.js';

test('entries are read once, in the order in which they were written', () => {
  const ring = makeRing();
  const reader = new RingReader(ring);
  const read: number[][] = [];
  const take = (...entry: number[]) => void read.push(entry);
  writeEntry(ring, 10, 1, 5);
  writeEntry(ring, 20, 2, Number.NaN);
  reader.drain(take);
  reader.drain(take);
  writeEntry(ring, 30, 0, 9);
  reader.drain(take);
  expect(read).toEqual([
    [10, 1, 5],
    [20, 2, Number.NaN],
    [30, 0, 9],
  ]);
  expect(reader.lost).toBe(0);
});

test('a reader that comes too late counts what it has missed, and gets the newest', () => {
  const ring = makeRing();
  const entries = ring.cells.length / ENTRY_CELLS;
  const reader = new RingReader(ring);
  const written = entries + 5000;
  for (let i = 0; i < written; i++) writeEntry(ring, i, 1, i);
  const times: number[] = [];
  reader.drain((timeUs) => times.push(timeUs));
  expect(times.length + reader.lost).toBe(written);
  expect(reader.lost).toBeGreaterThanOrEqual(5000);
  expect(times.at(-1)).toBe(written - 1);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

test('the count of entries goes on past 2^32', () => {
  const ring = makeRing();
  ring.written[0] = -2;
  const reader = new RingReader(ring);
  reader.drain(() => {});
  const read: number[] = [];
  for (let i = 1; i <= 4; i++) writeEntry(ring, i, i, 0);
  reader.drain((timeUs) => read.push(timeUs));
  expect(read).toEqual([1, 2, 3, 4]);
});

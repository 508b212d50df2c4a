import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chunksOf } from '../../src/records/chunks.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const file = (path: string, bytes: number) => ({ path, bytes, weight: bytes });

test('a large file is cut into stretches that cover it', () => {
  const chunks = chunksOf([file('a', 250)], 100);
  expect(chunks.map(({ parts }) => parts.map(({ stretch }) => stretch))).toEqual([
    [{ from: 0, end: 100 }],
    [{ from: 100, end: 200 }],
    [{ from: 200, end: 250 }],
  ]);
  expect(chunks.map(({ firstPart }) => firstPart)).toEqual([0, 1, 2]);
});

test('small files are bundled, and stdin is a chunk of the main thread in its turn', () => {
  const chunks = chunksOf(
    [file('a', 60), file('b', 60), file('c', 1), { path: '-', bytes: undefined, weight: 0 }, file('d', 1)],
    100,
  );
  expect(chunks).toEqual([
    { parts: [{ path: 'a' }, { path: 'b' }], firstPart: 0, isStdin: false },
    { parts: [{ path: 'c' }], firstPart: 2, isStdin: false },
    { parts: [{ path: '-' }], firstPart: 3, isStdin: true },
    { parts: [{ path: 'd' }], firstPart: 4, isStdin: false },
  ]);
});

test('a large file that is compressed stays whole, whatever its name', () => {
  const path = join(temporaryFolder(), 'a.jsonl');
  writeFileSync(path, Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(300)]));
  expect(chunksOf([file(path, 302)], 100)).toHaveLength(1);
});

test('there are not more chunks than are worth waiting for, however large the corpus', () => {
  expect(chunksOf([file('a', 1e12)]).length).toBeLessThanOrEqual(513);
  const files = Array.from({ length: 100_000 }, (_, index) => file(`${index}`, 1000));
  expect(chunksOf(files).length).toBeLessThanOrEqual(513);
});

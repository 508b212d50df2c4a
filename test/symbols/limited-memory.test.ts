import { expect, test } from 'vitest';
import { limitMemory } from '../../src/symbols/limited-memory.js';

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const bytes = (...sections: number[][]) => Uint8Array.from([...HEADER, ...sections.flat()]);
/** A section without meaning, whose length takes two bytes. */
const CUSTOM = [0, 0x80 + 72, 1, 3, ...Buffer.from('abc'), ...Array(196).fill(7)];

test('a memory without a maximum gets one', () => {
  const memory = [5, 3, 1, 0, 17];
  expect(limitMemory(bytes(CUSTOM, memory, CUSTOM), 1024)).toEqual(
    Buffer.from(bytes(CUSTOM, [5, 5, 1, 1, 17, 0x80, 8], CUSTOM)),
  );
});

test.each([
  ['without a memory', bytes(CUSTOM)],
  ['without sections', bytes()],
  ['with a maximum', bytes([5, 4, 1, 1, 1, 2])],
  ['with two memories', bytes([5, 5, 2, 0, 1, 0, 1])],
])('a module %s stays as it is', (_kind, module) => {
  expect(limitMemory(module, 1024)).toBe(module);
});

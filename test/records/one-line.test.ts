import { describe, expect, test } from 'vitest';
import { onOneLine } from '../../src/records/one-line.js';

/** What comes out of pieces of so many bytes. */
async function through(text: string, pieceBytes: number): Promise<string> {
  const bytes = Buffer.from(text);
  const pieces = (async function* () {
    for (let from = 0; from < bytes.length; from += pieceBytes) yield bytes.subarray(from, from + pieceBytes);
  })();
  const out: Buffer[] = [];
  for await (const piece of onOneLine(pieces)) out.push(Buffer.from(piece));
  return Buffer.concat(out).toString();
}

describe.each([1, 3, 1_000_000])('in pieces of %s bytes', (pieceBytes) => {
  test.each([
    ['indented', '{\n  "schema": "x",\n  "stages": [\n    1\n  ]\n}\n'],
    ['with blanks before it and behind its bracket', ' \n{ \t\r\n\n"a": 1 }'],
  ])('one object over several lines is one line: %s', async (_, text) => {
    expect(await through(text, pieceBytes)).toBe(text.replaceAll('\n', ' '));
  });

  test.each([
    ['records', '{"a":1}\n{"b":2}\n'],
    ['a record behind a bracket that was torn off', '{\n{"b":2}\n'],
    ['a bracket alone', '{\n'],
    ['an empty object', '{\n}\n{"b":2}\n'],
    ['blank lines', '\n\n\n'],
    ['a list', '[\n"a"\n]\n'],
    ['more blanks than are looked at', `{\n${' '.repeat(5_000)}"a":1\n}\n`],
    ['nothing', ''],
  ])('%s pass as they are', async (_, text) => {
    expect(await through(text, pieceBytes)).toBe(text);
  });
});

test('a byte order mark may come first', async () => {
  expect(await through('\ufeff{\n"a":1\n}', 1_000)).toBe('\ufeff{ "a":1 }');
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MALFORMED, NEWLINE, skipBlanks, skipValue } from '../../src/records/json-scanner.js';
import { lineOf } from '../support/scanned.js';

function isAccepted(text: string | Uint8Array): boolean {
  const { input, from } = lineOf(text);
  const end = skipValue(input, skipBlanks(input.bytes, from));
  return end !== MALFORMED && input.bytes[skipBlanks(input.bytes, end)] === NEWLINE;
}

function isParsed(text: string | Uint8Array): boolean {
  try {
    JSON.parse(Buffer.from(text as string).toString());
    return true;
  } catch {
    return false;
  }
}

// Texts that are nearly JSON: its tokens in any order, so that every mistake of grammar comes up.
const token = fc.constantFrom(
  ...['{', '}', '[', ']', ',', ':', '"a"', '""', '"\\""', '"\\u00e9"', '"\\u00g9"', '"\\x"', '"\t"', '"\u0000"'],
  ...['0', '-0', '01', '1.5', '1.', '.5', '1e5', '1E+05', '1e', '-', '--1', '1e400', '+1', 'NaN', 'Infinity'],
  ...['true', 'false', 'null', 'nul', 'nulll', ' ', '\t', '\r', '\u00a0', '\ufeff', '{}', '[]', '"}"', '"]', '漢'],
);
const nearJson = fc.array(token, { maxLength: 12 }).map((tokens) => tokens.join(''));

/** A JSON text with one byte changed, removed or put in. */
const damaged = fc
  .tuple(fc.json(), fc.nat(), fc.integer({ min: 0, max: 255 }), fc.constantFrom('change', 'remove', 'insert'))
  .map(([text, at, byte, how]) => {
    const bytes = [...Buffer.from(text)];
    const index = at % (bytes.length + 1);
    bytes.splice(index, how === 'insert' ? 0 : 1, ...(how === 'remove' ? [] : [byte]));
    return Uint8Array.from(bytes.filter((one) => one !== NEWLINE));
  });

describe('a line is accepted where JSON.parse accepts it, and nowhere else', () => {
  test.each([
    ['JSON', fc.json({ maxDepth: 6 })],
    ['JSON with blanks', fc.jsonValue().map((value) => JSON.stringify(value, null, '\t').replaceAll('\n', ' \r'))],
    ['tokens in any order', nearJson],
    ['damaged JSON', damaged],
  ])('%s', (_, texts: fc.Arbitrary<string | Uint8Array>) => {
    fc.assert(
      fc.property(texts, (text) => isAccepted(text) === isParsed(text)),
      { numRuns: 20_000 },
    );
  });

  test.each([
    ['deep arrays', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['deep arrays, one not closed', '['.repeat(100_000) + ']'.repeat(99_999)],
    ['deep objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
    ['brackets of the wrong kind', '[{"a":1]}'],
    ['a comma at the end of an array', '[1,]'],
    ['a comma at the end of an object', '{"a":1,}'],
    ['a bracket in a string', '["]"]'],
    ['a string that ends in a backslash', '"a\\'],
    ['an escape that is cut off', '"\\u12'],
  ])('%s', (_, text) => {
    expect(isAccepted(text)).toBe(isParsed(text));
  });
});

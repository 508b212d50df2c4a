import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MALFORMED } from '../../src/records/json-scanner.js';
import { scanNumber } from '../../src/records/number-scanner.js';

const into = new Float64Array(1);

/** The number that is read from a text with a comma behind it; undefined where it is none. */
function read(text: string): number | undefined {
  const end = scanNumber(Buffer.from(`${text},0000`), 0, into, 0);
  return end === text.length ? into[0] : undefined;
}

function parsed(text: string): number | undefined {
  try {
    const value: unknown = JSON.parse(text);
    // A number larger than a report may hold is left to the other path, which refuses it.
    return typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER ? value : undefined;
  } catch {
    return undefined;
  }
}

const digits = (max: number) => fc.stringMatching(new RegExp(`^[0-9]{0,${max}}$`));
const numberLike = fc
  .tuple(
    fc.constantFrom('', '-', '+'),
    digits(20),
    fc.oneof(
      fc.constant(''),
      digits(30).map((text) => `.${text}`),
    ),
    fc.oneof(
      fc.constant(''),
      fc.tuple(fc.constantFrom('e', 'E', 'e-', 'e+', 'E-'), digits(3)).map((parts) => parts.join('')),
    ),
  )
  .map((parts) => parts.join(''))
  .filter((text) => /\S/.test(text));

test.each([
  ['doubles of any size', fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value))],
  ['seconds to the nanosecond', fc.nat(2 ** 31 - 1).map((ns) => JSON.stringify((ns * 4001) / 1e9))],
  ['what looks like a number', numberLike],
])('%s are read to the last bit as JSON.parse reads them', (_, texts) => {
  fc.assert(
    fc.property(texts, (text) => Object.is(read(text), parsed(text))),
    { numRuns: 20_000 },
  );
});

test.each([
  '1e400',
  '-1e400',
  '5e-324',
  '9007199254740993',
  '0.1e-7',
  '9.36e-7',
  '-0',
  '123456789012345678901234567890',
])('%s', (text) => {
  expect(read(text)).toBe(parsed(text));
});

test('null is NaN', () => {
  expect(read('null')).toBeNaN();
});

test.each(['', 'nul', 'true', '"1"', '-', '.5', '1.', '-null'])('%j is no number', (text) => {
  expect(scanNumber(Buffer.from(`${text},0000`), 0, into, 0)).toBe(MALFORMED);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeControls } from '../../src/text/escape.js';

test.each([
  ['red \x1b[31mtext', 'red \\x1b[31mtext'],
  ['two\r\nlines\tand a tab', 'two\\r\\nlines\\tand a tab'],
  ['a C1 \x9b31m and a delete \x7f', 'a C1 \\x9b31m and a delete \\x7f'],
  ['moc.live\u202e', 'moc.live\\u202e'],
  ['isolated \u2066 and marked \u200f', 'isolated \\u2066 and marked \\u200f'],
  ['invisible \u200b \ufeff \u{e0041}', 'invisible \\u200b \\ufeff \\u{e0041}'],
  ['lines \u2028 of \u2029 others', 'lines \\u2028 of \\u2029 others'],
  ['half a pair \ud83d', 'half a pair \\ud83d'],
])('%j is shown as %s', (text, shown) => {
  expect(escapeControls(text)).toBe(shown);
});

test.each(['scan.decode', 'größe', '画像.読込', '👩‍🔬 lab', 'می‌خواهم', 'C:\\dir'])(
  '%s is printable as it is',
  (text) => {
    expect(escapeControls(text)).toBe(text);
  },
);

const anyText = fc.array(fc.integer({ min: 0, max: 0x10ffff })).map((codes) => String.fromCodePoint(...codes));

test('an escaped text is always one line without control characters', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, fc.string({ unit: 'binary-ascii' })), (text) => {
      expect(escapeControls(text)).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u);
    }),
  );
});

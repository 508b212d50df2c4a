import { describe, expect, test } from 'vitest';
import { distinctInputs, lineOutsideUtf8, parseInputList } from '../../src/corpus/inputs.js';

describe('parseInputList', () => {
  test.each([
    ['lines', 'a\nb\n', ['a', 'b']],
    ['a last line without end', 'a\nb', ['a', 'b']],
    ['the line ends of Windows', 'a\r\nb\r\n', ['a', 'b']],
    ['blank lines', '\n a \n\t\n\r\n', [' a ']],
    ['a byte order mark', '\uFEFFa', ['a']],
    ['nothing', '', []],
    ['other line separators, which are part of a path', 'a\u2028b\u0085c\rd', ['a\u2028b\u0085c\rd']],
  ])('takes %s', (_, text, inputs) => {
    expect(parseInputList(text)).toEqual(inputs);
  });
});

test('distinctInputs keeps the order of first mention and counts the others', () => {
  expect(distinctInputs(['b', 'a', 'b', './a', 'b'])).toEqual({ inputs: ['b', 'a', './a'], repeated: 2 });
});

test.each([
  ['', undefined],
  ['caf\xc3\xa9\n\xf0\x9f\x98\x80', undefined],
  ['caf\xe9', 1],
  ['one\ntwo\r\ncaf\xe9\nthree', 3],
  ['one\ncaf\xc3', 2],
  ['\xff\xfeo\x00n\x00e\x00', 1],
])('the first line of %j that is not UTF-8 is %s', (text, line) => {
  expect(lineOutsideUtf8(Buffer.from(text, 'latin1'))).toBe(line);
});

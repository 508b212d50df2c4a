import { expect, test } from 'vitest';
import { count, duration, percent, size } from '../../src/text/format.js';
import { labelColumn, numberColumn, textColumn, wrapText } from '../../src/text/grid.js';

test('digits end at the same position, and units begin at the same position', () => {
  expect(numberColumn('wall', [duration(744), duration(0.0123), duration(0), null])).toEqual({
    width: 8,
    cells: ['    wall', '12.4 min', '12.3 ms ', '   0    ', '        '],
  });
});

test('a heading may be wider than its numbers', () => {
  expect(numberColumn('js alloc', [size(7)]).cells).toEqual(['js alloc', '   7 KiB']);
});

test('counts and shares stand without a gap before a unit', () => {
  expect(numberColumn('n', [count(1000), count(7)]).cells).toEqual(['    n', '1,000', '    7']);
  expect(numberColumn('%', [percent(0.5), percent(0.025)]).cells).toEqual(['    %', '50.0%', ' 2.5%']);
});

test('texts are aligned left below their heading', () => {
  expect(textColumn('why', ['', 'longer', '\u5b57'])).toEqual({
    width: 6,
    cells: ['why   ', '      ', 'longer', '\u5b57    '],
  });
});

test('labels are aligned left by the cells that they take', () => {
  expect(labelColumn(['stage', '画像', '  a'], 20).cells).toEqual(['stage', '画像 ', '  a  ']);
});

test('a label that is too wide loses its middle, and its indent only if that is most of it', () => {
  expect(labelColumn(['  preprocess.normalize', `${' '.repeat(40)}leaf`], 12).cells).toEqual([
    '  prepr…lize',
    '      leaf  ',
  ]);
});

test.each([
  ['one two three', 7, ['one two', 'three']],
  ['one two three', 13, ['one two three']],
  ['incomprehensible', 4, ['incomprehensible']],
  ['', 4, ['']],
  ['in /a/very/long/path/to/some/file.js now', 26, ['in', '/a/very/long/…some/file.js', 'now']],
  ['in /a/very/long/path/to/some/file.js', Number.POSITIVE_INFINITY, ['in /a/very/long/path/to/some/file.js']],
  ['in /a/very/long/path/to/file.js', 5, ['in', '/a/very/long…/to/file.js']],
])('%j in lines of %i', (text, width, lines) => {
  expect(wrapText(text, width)).toEqual(lines);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shorten, textWidth } from '../../src/text/text-width.js';

test.each([
  ['', 0],
  ['scan.decode', 11],
  ['größe', 5],
  ['gro\u0308ße', 5],
  ['画像', 4],
  ['한글', 4],
  ['🚀', 2],
])('%j takes %i cells', (text, width) => {
  expect(textWidth(text)).toBe(width);
});

test.each([
  ['preprocess.normalize', 20, 'preprocess.normalize'],
  ['preprocess.normalize', 11, 'prepr…alize'],
  ['preprocess.normalize', 10, 'prepr…lize'],
  ['preprocess.normalize', 1, '…'],
  ['preprocess.normalize', 0, ''],
  ['画像画像画像', 7, '画…像'],
  ['/srv/scans/page-17.tif', 16, '/sr…/page-17.tif'],
  ['/srv/scans/page-17.tif', 13, '…/page-17.tif'],
  ['/srv/scans/page-17.tif', 12, '/srv/s…7.tif'],
  ['node --all …/a', 8, 'node…/a'],
])('%s in %i cells is %s', (text, width, shortened) => {
  expect(shorten(text, width)).toBe(shortened);
});

test('a shortened text always fits', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(30), (text, width) => {
      expect(textWidth(shorten(text, width))).toBeLessThanOrEqual(width);
    }),
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recordNames } from '../../src/corpus/record-names.js';

describe('recordNames', () => {
  test.each([
    ['a base name', '/data/run 1/scan.tif', 'scan.tif.ocr.jsonl'],
    ['unicode', 'd/Größe 日本.png', 'Größe 日本.png.ocr.jsonl'],
    ['a folder', 'data/scans/', 'scans.ocr.jsonl'],
    ['a URL', 'https://host/a/b.pdf?page="1"', 'b.pdf?page="1".ocr.jsonl'],
    ['control characters', 'a\nb\u001b[2Jc\u0000', 'a_b_[2Jc_.ocr.jsonl'],
    ['separators of Windows', 'c:\\x\\y', 'c:_x_y.ocr.jsonl'],
    ['a character that reverses text', 'a\u202eb', 'a_b.ocr.jsonl'],
    ['half a character', 'a\ud800b', 'a_b.ocr.jsonl'],
    ['a hidden file', 'd/.env', '_env.ocr.jsonl'],
    ['this folder', '.', '_.ocr.jsonl'],
    ['the folder above', '..', '_..ocr.jsonl'],
    ['the root', '/', '_.ocr.jsonl'],
    ['nothing', '', '_.ocr.jsonl'],
  ])('makes a file name of %s', (_, input, name) => {
    expect(recordNames([input], 'ocr')).toEqual([name]);
  });

  test('cuts a long name to 255 bytes, between two characters', () => {
    const [name] = recordNames(['é'.repeat(300)], 'ocr');
    expect(name).toBe(`${'é'.repeat(122)}.ocr.jsonl`);
    expect(Buffer.byteLength(name!)).toBe(254);
  });

  test('adds the start of their hash to inputs of the same name, and to no others', () => {
    const hashed = /^page-[0-9a-f]{8}\.ocr\.jsonl$/;
    const [first, other, second] = recordNames(['a/page', 'a/pages', 'b/page'], 'ocr');
    expect(other).toBe('pages.ocr.jsonl');
    expect([first, second]).toEqual([expect.stringMatching(hashed), expect.stringMatching(hashed)]);
    expect(first).not.toBe(second);
  });

  test('keeps names apart that differ only in case', () => {
    const names = recordNames(['A.tif', 'a.tif'], 'ocr');
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(2);
  });

  test('keeps a name apart that is the hashed name of another input', () => {
    const [hashed] = recordNames(['a/page', 'b/page'], 'ocr');
    const names = recordNames(['a/page', 'b/page', `c/${hashed!.replace('.ocr.jsonl', '')}`], 'ocr');
    expect(new Set(names).size).toBe(3);
  });

  test('names are distinct, safe and independent of the order of the list', () => {
    const parts = fc.constantFrom(
      'a',
      'A',
      'é',
      'e\u0301',
      '..',
      '.',
      '/',
      '\n',
      '\u0000',
      '\ud800',
      'x'.repeat(200),
      '😀',
      '-',
      '_',
    );
    const inputs = fc.uniqueArray(
      fc.array(parts, { maxLength: 5 }).map((text) => text.join('')),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(inputs, fc.constantFrom('ocr', 'p'.repeat(240), 'a/b\n'), (corpus, pipeline) => {
        const names = recordNames(corpus, pipeline);
        expect(new Set(names.map((name) => name.normalize('NFC').toLowerCase())).size).toBe(corpus.length);
        for (const name of names) {
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
          expect(name).toMatch(/^[^.\p{Cc}\p{Cs}/\\][^\p{Cc}\p{Cs}/\\]*\.jsonl$/u);
        }
        expect(recordNames([...corpus].reverse(), pipeline).reverse()).toEqual(names);
      }),
    );
  });
});

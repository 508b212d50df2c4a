import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { printableStrings, readText } from '../../examples/flows/strings.js';
import { nativeFiles } from '../support/installed.js';

const hasStrings = spawnSync('strings', ['--version']).status === 0;

function gnuStrings(path: string): string {
  return execFileSync('strings', ['-a', '-n', '6', path], {
    encoding: 'latin1',
    maxBuffer: 2 ** 30,
    env: { ...process.env, LC_ALL: 'C' },
  });
}

function ownStrings(bytes: Uint8Array): string {
  let text = '';
  for (const string of printableStrings(bytes)) text += `${string}\n`;
  return text;
}

describe.skipIf(!hasStrings)('as GNU strings prints them (skipped without binutils)', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'flows-strings-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(nativeFiles())('the strings of %s', (path) => {
    // Compared outside of expect, which would print a difference in a megabyte of text.
    expect(ownStrings(readFileSync(path)) === gnuStrings(path)).toBe(true);
  });

  test('the strings of any bytes, runs at both ends included', () => {
    const byte = fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
      fc.integer({ max: 255, min: 0 }),
    );
    const path = join(folder, 'any');
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 200 }), (bytes) => {
        writeFileSync(path, Uint8Array.from(bytes));
        expect(ownStrings(Uint8Array.from(bytes))).toBe(gnuStrings(path));
      }),
      { numRuns: 100 },
    );
  });
});

test('a run counts from six characters on, tabs included', () => {
  expect([...printableStrings(Buffer.from('12345\n123456\r\t23456\0'))]).toEqual(['123456', '\t23456']);
  expect([...printableStrings(Buffer.from('ab\0abc'), 3)]).toEqual(['abc']);
});

test('words in the form of a file name are found, without the full stop that ends a sentence', () => {
  const { names } = readText(Buffer.from('see lib/libvips-cpp.so.8.18.7 and index.js. Or @scope/x, e.g. a.b and no'));
  expect([...names]).toEqual(['libvips-cpp.so.8.18.7', 'index.js', 'e.g', 'a.b']);
});

test('URLs end at a quote, a bracket or a space', () => {
  const { urls } = readText(Buffer.from('"https://a.example/x?y=1" (http://b.example/z) https:// ftp://c.example'));
  expect([...urls]).toEqual(['https://a.example/x?y=1', 'http://b.example/z']);
});

test('a megabyte without a break is searched once, not from each of its characters', () => {
  const facts = readText(Buffer.from(`.${'a'.repeat(1 << 20)}`));
  expect(facts).toEqual({ count: 1, names: new Set(), urls: new Set() });
});

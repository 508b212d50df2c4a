import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NativeNames } from '../../src/symbols/native-names.js';
import { Programs } from '../support/compiled-programs.js';
import { seededBelow } from '../support/random.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const BUILD_ID = 'abcdef0123456789abcdef0123456789abcdef01';
const SECTION_BYTES = 64;
const SYMBOL_BYTES = 24;

const programs = new Programs(join(import.meta.dirname, '../programs/symbols'));
afterAll(() => programs[Symbol.dispose]());

let whole: Buffer;
let tables: number;
let outer: number;
/** By type: where the header of the first section of it is in the file. */
const headers = new Map<number, number>();
const SHT_SYMTAB = 2;
const SHT_NOTE = 7;
const SHT_DYNSYM = 11;

beforeAll(() => {
  const path = programs.compile('layout.c', 'layout.so', `-Wl,--build-id=0x${BUILD_ID}`);
  whole = readFileSync(path);
  const line = execFileSync('nm', [path], { encoding: 'utf8' })
    .split('\n')
    .find((row) => row.endsWith(' outer'));
  outer = Number.parseInt(line!, 16);
  tables = Number(whole.readBigUInt64LE(40));
  for (let at = tables; at + SECTION_BYTES <= whole.length; at += SECTION_BYTES) {
    const type = whole.readUInt32LE(at + 4);
    if (!headers.has(type)) headers.set(type, at);
  }
});

/** The names at addresses in and around all functions of a file. Any error that is thrown fails the test. */
function namesIn(path: string): (string | null)[] {
  const names = new NativeNames();
  try {
    const places = [-outer, 0, 16, 63, 70, 96, 2 ** 40];
    return [BUILD_ID, null].flatMap((buildId) => places.map((place) => names.nameOf({ path, buildId }, outer + place)));
  } finally {
    names.close();
  }
}

const NOTHING = Array(14).fill(null);

function changed(change: (bytes: Buffer) => void, length = whole.length): string {
  const bytes = Buffer.from(whole.subarray(0, length));
  change(bytes);
  const path = join(temporaryFolder(), 'changed.so');
  writeFileSync(path, bytes);
  return path;
}

test('the whole file has names', () => {
  const names = namesIn(changed(() => {}));
  expect(names.slice(0, 7)).toEqual([null, 'outer', 'inner', 'outer', null, 'hidden', null]);
});

test('3,000 damaged files give names or none, at once and in little memory', () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const below = seededBelow(seed);
  const path = join(temporaryFolder(), 'damaged.so');
  const odd = [0n, 1n, 2n ** 16n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];
  const before = process.memoryUsage();
  let named = 0;
  for (let round = 0; round < 3000; round++) {
    let bytes = Buffer.from(whole);
    for (let changes = 1 + below(4); changes > 0; changes--) {
      // Headers and tables of sections, symbols and their names decide; most of the rest is code that is not read.
      const starts = [0, tables, ...[...headers.values()].map((at) => Number(whole.readBigUInt64LE(at + 24)))];
      const at = Math.min(starts[below(starts.length)]! + below(below(2) === 0 ? 64 : 2048), bytes.length - 8);
      const how = below(3);
      if (how === 0) bytes[at]! ^= 1 << below(8);
      else if (how === 1) bytes.writeBigUInt64LE(odd[below(odd.length)]!, at - (at % 8));
      else bytes.writeUInt16LE(below(2 ** 16), at);
    }
    if (below(4) === 0) bytes = bytes.subarray(0, below(bytes.length));
    writeFileSync(path, bytes);
    const begin = process.cpuUsage();
    const names = namesIn(path);
    const { user, system } = process.cpuUsage(begin);
    expect(user + system, `seed ${seed}, round ${round}`).toBeLessThan(5e6);
    expect(names.every((name) => name === null || name.length > 0)).toBe(true);
    if (names.some((name) => name !== null)) named++;
  }
  expect(process.memoryUsage().rss - before.rss).toBeLessThan(256 * 2 ** 20);
  // Most changes hit what decides: some files lose their names, and others keep them.
  expect(named).toBeGreaterThan(300);
  expect(named).toBeLessThan(2900);
});

describe('counts and sizes that are not true', () => {
  const symtab = () => headers.get(SHT_SYMTAB)!;
  const write64 = (at: () => number, value: bigint) => (bytes: Buffer) => bytes.writeBigUInt64LE(value, at());

  test.each([
    ['a table of sections behind the end', () => write64(() => 40, 2n ** 63n)],
    ['as many sections as a number can say', () => (bytes: Buffer) => bytes.writeUInt16LE(0xfeff, 60)],
    [
      'more sections than fit into the header',
      () => (bytes: Buffer) => {
        bytes.writeUInt16LE(0, 60);
        bytes.writeBigUInt64LE(2n ** 40n, tables + 32);
      },
    ],
    ['headers of sections of no size', () => (bytes: Buffer) => bytes.writeUInt16LE(0, 58)],
    ['symbols of no size', () => write64(() => symtab() + 56, 0n)],
    ['symbols of an odd size', () => write64(() => symtab() + 56, 23n)],
    ['symbols for all of 64 bits', () => write64(() => symtab() + 32, 2n ** 64n - 1n)],
    ['symbols behind the end', () => write64(() => symtab() + 24, 2n ** 40n)],
    ['names in a section that is not there', () => (bytes: Buffer) => bytes.writeUInt32LE(9999, symtab() + 40)],
  ])('%s: no names', (_what, change) => {
    expect(namesIn(changed(change()))).toEqual(NOTHING);
  });

  test('a file of 1 TiB with 40 billion symbols is not read', () => {
    const path = changed((bytes) => {
      bytes.writeBigUInt64LE(2n ** 39n, symtab() + 24);
      bytes.writeBigUInt64LE(2n ** 39n, symtab() + 32);
    });
    const file = openSync(path, 'r+');
    ftruncateSync(file, 2 ** 40);
    closeSync(file);
    const before = process.memoryUsage.rss();
    expect(namesIn(path)).toEqual(NOTHING);
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 2 ** 20);
  });

  test('notes that end in the middle, or have owners of 4 GiB, are no build id', () => {
    const note = () => Number(whole.readBigUInt64LE(headers.get(SHT_NOTE)! + 24));
    for (const field of [0, 4]) {
      const path = changed((bytes) => {
        for (const [, at] of headers)
          if (bytes.readUInt32LE(at + 4) === SHT_NOTE) bytes.writeUInt32LE(2 ** 32 - 1, note() + field);
      });
      expect(namesIn(path).slice(0, 7)).toEqual(NOTHING.slice(0, 7));
    }
  });

  test('a name without an end, and one that is too long, name nothing', () => {
    // Only the table of the loader is left, with names at the end of the file.
    for (const length of [10, 2 ** 17]) {
      const dynsym = headers.get(SHT_DYNSYM)!;
      const path = changed((bytes) => {
        bytes.writeUInt32LE(0, symtab() + 4);
        const names = tables + bytes.readUInt32LE(dynsym + 40) * SECTION_BYTES;
        bytes.writeBigUInt64LE(BigInt(whole.length), names + 24);
        bytes.writeBigUInt64LE(BigInt(length), names + 32);
        const symbols = Number(bytes.readBigUInt64LE(dynsym + 24));
        const end = symbols + Number(bytes.readBigUInt64LE(dynsym + 32));
        for (let at = symbols; at < end; at += SYMBOL_BYTES) bytes.writeUInt32LE(1, at);
      });
      const file = openSync(path, 'a');
      writeSync(file, Buffer.alloc(length, 'n'));
      expect(namesIn(path)).toEqual(NOTHING);
      writeSync(file, Buffer.alloc(8));
      expect(namesIn(path)).toEqual(NOTHING);
      closeSync(file);
    }
  });

  test('a file that is cut after it was opened loses the names that were not read', () => {
    const path = changed(() => {});
    const names = new NativeNames();
    const module = { path, buildId: BUILD_ID };
    expect(names.nameOf(module, outer)).toBe('outer');
    writeFileSync(path, '');
    expect(names.nameOf(module, outer + 16)).toBeNull();
    expect(names.nameOf(module, outer)).toBe('outer');
    names.close();
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ElfError, NOTABLE, parseElf } from '../../examples/flows/elf.js';
import { nativeFiles } from '../support/installed.js';

const hasBinutils = ['readelf', 'nm'].every((tool) => spawnSync(tool, ['--version']).status === 0);
const C = { encoding: 'utf8', maxBuffer: 2 ** 28, env: { ...process.env, LC_ALL: 'C' } } as const;

/** What binutils says of a file with sections. */
function oracle(path: string) {
  const dynamic = execFileSync('readelf', ['-dW', path], C);
  const header = execFileSync('readelf', ['-hW', path], C);
  const symbols = execFileSync('readelf', ['--dyn-syms', '-W', path], C)
    .split('\n')
    .map((line) => /^\s+(\d+): +\S+ +\S+ +(\S+) +\S+ +\S+ +(?:\[.*?\] +)?(\S+) ?([^@\s]*)/.exec(line))
    .filter((match) => match !== null && match[1] !== '0');
  return {
    bits: header.includes('ELF32') ? 32 : 64,
    endian: header.includes('little endian') ? 'little' : 'big',
    needed: [...dynamic.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map((match) => match[1]),
    soname: /\(SONAME\).*\[(.*)\]/.exec(dynamic)?.[1] ?? null,
    defined: symbols.filter((match) => match?.[3] !== 'UND').length,
    undefined: symbols.filter((match) => match?.[3] === 'UND').length,
    notable: [
      ...new Set(
        symbols
          .filter((match) => match?.[3] === 'UND')
          .flatMap((match) => (NOTABLE.has(match?.[4] ?? '') ? [match?.[4]] : [])),
      ),
    ].sort(),
  };
}

describe.skipIf(!hasBinutils)('as binutils reads it (skipped without binutils)', () => {
  test.each(nativeFiles())('%s', (path) => {
    expect(parseElf(readFileSync(path))).toMatchObject(oracle(path));
  });

  test.each(nativeFiles())('%s without section headers', (path) => {
    const bytes = readFileSync(path);
    const is64 = bytes[4] === 2;
    // Clears e_shoff, e_shnum and e_shstrndx, which a stripped file need not have and a loader never reads.
    bytes.fill(0, is64 ? 40 : 32, is64 ? 48 : 36);
    bytes.fill(0, is64 ? 60 : 48, is64 ? 64 : 52);
    expect(parseElf(bytes)).toMatchObject(oracle(path));
  });

  test.each(nativeFiles())('the symbols that nm -D lists for %s', (path) => {
    // nm leaves out symbols without a name; no undefined symbol is without one.
    const listed = execFileSync('nm', ['-D', '--undefined-only', path], C).trim().split('\n').length;
    expect(parseElf(readFileSync(path)).undefined).toBe(listed);
  });
});

type Hash = 'System V' | 'GNU' | 'empty GNU';

/**
 * A library of four symbols, with the reserved one, in either class and byte order. The hash table directly after them
 * gives their number.
 */
function madeElf(bits: 32 | 64, endian: 'little' | 'big', hash: Hash = 'System V'): Buffer {
  const bytes = Buffer.alloc(1024);
  const little = endian === 'little';
  const wide = bits === 64;
  const half = (at: number, value: number) =>
    little ? bytes.writeUInt16LE(value, at) : bytes.writeUInt16BE(value, at);
  const word = (at: number, value: number) =>
    little ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at);
  const address = (at: number, value: number) => word(wide && !little ? at + 4 : at, value);
  const size = wide ? 8 : 4;
  const hashAt = 640 + 4 * (wide ? 24 : 16);

  bytes.write('\x7fELF', 0, 'latin1');
  bytes[4] = wide ? 2 : 1;
  bytes[5] = little ? 1 : 2;
  half(16, 3);
  half(18, 8);
  address(wide ? 32 : 28, 64);
  half(wide ? 54 : 42, wide ? 56 : 32);
  half(wide ? 56 : 44, 2);

  const segment = (index: number, type: number, offset: number, vaddr: number, length: number) => {
    const at = 64 + index * (wide ? 56 : 32);
    word(at, type);
    address(at + (wide ? 8 : 4), offset);
    address(at + (wide ? 16 : 8), vaddr);
    address(at + (wide ? 32 : 16), length);
  };
  segment(0, 1, 0, 0x10000, 1024);
  segment(1, 2, 256, 0x10100, 16 * 2 * size);

  bytes.write('\0libone.so\0libtwo.so\0self.so\0malloc\0', 512, 'latin1');
  const tags = [
    [1, 1],
    [1, 11],
    [14, 21],
    [5, 0x10200],
    [10, 36],
    [6, 0x10280],
    [hash === 'System V' ? 4 : 0x6ffffef5, 0x10000 + hashAt],
    [0x6ffffffe, 0x103c0],
    [0, 0],
  ] as const;
  tags.forEach(([tag, value], index) => {
    address(256 + index * 2 * size, tag);
    address(256 + index * 2 * size + size, value);
  });
  const symbol = (index: number, name: number, section: number) => {
    const at = 640 + index * (wide ? 24 : 16);
    word(at, name);
    half(at + (wide ? 6 : 14), section);
  };
  symbol(1, 29, 0);
  symbol(2, 1, 7);
  symbol(3, 11, 7);
  if (hash === 'System V') {
    word(hashAt, 1);
    word(hashAt + 4, 4);
  } else {
    // One bucket, 2 as the first defined symbol, one bloom word. An odd hash ends the chain of symbols 2 and 3.
    word(hashAt, 1);
    word(hashAt + 4, hash === 'GNU' ? 2 : 1);
    word(hashAt + 8, 1);
    word(hashAt + 16 + size, hash === 'GNU' ? 2 : 0);
    word(hashAt + 20 + size, 0x10);
    word(hashAt + 24 + size, 0x11);
  }
  return bytes;
}

const CLASSES = [
  [32, 'little'],
  [32, 'big'],
  [64, 'little'],
  [64, 'big'],
] as const;

test.each(CLASSES)('a file of %i bits, %s endian', (bits, endian) => {
  expect(parseElf(madeElf(bits, endian))).toEqual({
    bits,
    endian,
    type: 'shared',
    machine: 'mips',
    dynamic: true,
    soname: 'self.so',
    needed: ['libone.so', 'libtwo.so'],
    defined: 2,
    undefined: 1,
    notable: ['malloc'],
  });
});

test.each(
  CLASSES.flatMap(([bits, endian]) => (['GNU', 'empty GNU'] as const).map((hash) => [bits, endian, hash] as const)),
)('the symbols of a file of %i bits, %s endian, with only an %s hash table', (bits, endian, hash) => {
  expect(parseElf(madeElf(bits, endian, hash))).toMatchObject({ defined: 2, undefined: 1 });
});

test('a name without a NUL at its end is an error, and reads no bytes after the table', () => {
  const bytes = madeElf(64, 'little').subarray(0, 1024);
  bytes.fill(0x61, 512);
  expect(() => parseElf(bytes)).toThrow(ElfError);
});

test('a file that is not ELF is refused', () => {
  expect(() => parseElf(Buffer.from('MZ'))).toThrow('not an ELF file');
});

/** Any bytes must be parsed, or refused with an ElfError. */
function parsedOrRefused(bytes: Uint8Array) {
  try {
    expect(parseElf(bytes).bits).toBeOneOf([32, 64]);
  } catch (error) {
    expect(error).toBeInstanceOf(ElfError);
  }
}

const samples: [string, Buffer][] = [
  ...CLASSES.map(([bits, endian]): [string, Buffer] => [`made ${bits} ${endian}`, madeElf(bits, endian)]),
  // Small files have the same tables as large ones, which would spend the time on their symbols.
  ...nativeFiles()
    .map((path): [string, Buffer] => [basename(path), readFileSync(path)])
    .filter(([, bytes]) => bytes.length < 500_000),
];

test.each(samples)('%s, cut at any position, is parsed or refused', (_, bytes) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: bytes.length }), (length) => parsedOrRefused(bytes.subarray(0, length))),
    { numRuns: 200 },
  );
});

test.each(samples)('%s, with changed bytes, is parsed or refused', (_, bytes) => {
  // Half of the changes are in the first KiB, which has most of what a parser reads.
  const position = fc.oneof(fc.integer({ min: 4, max: 1023 }), fc.integer({ min: 4, max: bytes.length - 1 }));
  const change = fc.tuple(
    position,
    fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.integer({ min: 0, max: 255 })),
  );
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 16 }), (changes) => {
      const mutated = Buffer.from(bytes);
      for (const [at, value] of changes) mutated[at] = value;
      parsedOrRefused(mutated);
    }),
    { numRuns: 200 },
  );
});

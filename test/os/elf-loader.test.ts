import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readElfLoader } from '../../src/os/elf-loader.js';
import { temporaryFolder } from '../support/temporary-folder.js';

interface Shape {
  readonly is64: boolean;
  readonly isLittle: boolean;
  /** Null for a static program. */
  readonly loader: string | null;
}

/** An ELF file with headers alone: a program header that does not matter, and that of the loader. */
function elfFile({ is64, isLittle, loader }: Shape): Buffer {
  const headerBytes = is64 ? 64 : 52;
  const entryBytes = is64 ? 56 : 32;
  const file = Buffer.alloc(headerBytes + 2 * entryBytes + 100);
  const view = new DataView(file.buffer, file.byteOffset);
  const half = (at: number, value: number) => view.setUint16(at, value, isLittle);
  const word = (at: number, value: number) => view.setUint32(at, value, isLittle);
  const address = (at: number, value: number) =>
    is64 ? view.setBigUint64(at, BigInt(value), isLittle) : word(at, value);
  file.write('\x7fELF', 'latin1');
  file[4] = is64 ? 2 : 1;
  file[5] = isLittle ? 1 : 2;
  address(is64 ? 32 : 28, headerBytes);
  half(is64 ? 54 : 42, entryBytes);
  half(is64 ? 56 : 44, 2);
  word(headerBytes, 1);
  if (loader === null) return file;
  const entry = headerBytes + entryBytes;
  const textAt = entry + entryBytes;
  word(entry, 3);
  address(entry + (is64 ? 8 : 4), textAt);
  address(entry + (is64 ? 32 : 16), loader.length + 1);
  file.write(loader, textAt);
  return file;
}

function loaderOf(bytes: Uint8Array) {
  const path = join(temporaryFolder(), 'file');
  writeFileSync(path, bytes);
  return readElfLoader(path);
}

describe.each([
  [64, 'little', true, true],
  [64, 'big', true, false],
  [32, 'little', false, true],
  [32, 'big', false, false],
])('an ELF file of %i bits, %s endian', (_bits, _order, is64, isLittle) => {
  test('names its loader', () => {
    expect(loaderOf(elfFile({ is64, isLittle, loader: '/lib/ld.so.1' }))).toEqual({ loader: '/lib/ld.so.1' });
  });

  test('without one is static', () => {
    expect(loaderOf(elfFile({ is64, isLittle, loader: null }))).toEqual({ loader: null });
  });
});

test.runIf(process.platform === 'linux')('this node has one', () => {
  expect(readElfLoader(process.execPath)?.loader).toMatch(/\/ld-/);
});

test('gives no answer for a file that is torn, missing, or not ELF', () => {
  expect(loaderOf(Buffer.from('#!/bin/sh\n'))).toBeUndefined();
  expect(loaderOf(Buffer.alloc(0))).toBeUndefined();
  const whole = elfFile({ is64: true, isLittle: true, loader: '/lib/ld.so.1' });
  expect(loaderOf(whole.subarray(0, 40))).toBeUndefined();
  expect(loaderOf(whole.subarray(0, 64 + 56 + 20))).toBeUndefined();
  expect(readElfLoader('/not/there')).toBeUndefined();
});

import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { crc32, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { decompressed } from '../../src/records/decompress.js';
import { crc32ByTable } from '../../src/records/gunzip.js';

const hasZstd = spawnSync('zstd', ['--version'], { stdio: 'ignore' }).status === 0;

const FIRST = Buffer.from('{"input":"a"}\n'.repeat(5000));
const SECOND = Buffer.concat([randomBytes(300_000), Buffer.from('\n')]);
const JUNK = Buffer.from('{"input":"junk"}\n');
const ZEROS = Buffer.alloc(1000);

function zstd(bytes: Buffer, ...flags: string[]): Buffer {
  return execFileSync('zstd', ['-q', '-c', ...flags], { input: bytes, maxBuffer: 2 ** 26 });
}

/** A header with everything that RFC 1952 allows and `gzip -N` may write. */
function withFullHeader(member: Buffer): Buffer {
  const header = Buffer.from(member.subarray(0, 10));
  header[3] = 2 | 4 | 8 | 16;
  const further = Buffer.from('\x03\0abcname\0comment\0', 'latin1');
  const checksum = Buffer.alloc(2);
  checksum.writeUInt16LE(crc32(Buffer.concat([header, further])) & 0xffff);
  return Buffer.concat([header, further, checksum, member.subarray(10)]);
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

/** What the bytes are decompressed to, in whatever pieces they come; with an error, what came before it. */
async function read(bytes: Buffer, size = 64 * 1024) {
  const pieces: Buffer[] = [];
  let trailing = 0;
  let error: unknown = null;
  try {
    for await (const piece of decompressed(inPieces(bytes, size), (count) => {
      trailing = count;
    })) {
      pieces.push(Buffer.from(piece));
    }
  } catch (thrown) {
    error = (thrown as Error).message;
  }
  return { bytes: Buffer.concat(pieces), trailing, error };
}

const gzipCases: [name: string, bytes: Buffer, trailing: number][] = [
  ['nothing', Buffer.alloc(0), 0],
  ['zeros', ZEROS, 0],
  ['garbage', JUNK, JUNK.length],
  ['a single byte', Buffer.from('x'), 1],
  ['zeros and garbage', Buffer.concat([ZEROS, JUNK]), ZEROS.length + JUNK.length],
];

test.each(gzipCases)('gzip of two members and %s behind them gives both', async (_, behind, trailing) => {
  const packed = Buffer.concat([gzipSync(FIRST), withFullHeader(gzipSync(SECOND)), behind]);
  for (const size of [997, 64 * 1024, packed.length]) {
    const found = await read(packed, size);
    expect({ ...found, bytes: found.bytes.equals(Buffer.concat([FIRST, SECOND])) }).toEqual({
      bytes: true,
      trailing,
      error: null,
    });
  }
});

test('gzip may come byte by byte, and may hold nothing', async () => {
  expect(await read(Buffer.concat([gzipSync(''), gzipSync('ab'), JUNK]), 1)).toEqual({
    bytes: Buffer.from('ab'),
    trailing: JUNK.length,
    error: null,
  });
});

test.each([
  ['cut off in its data', gzipSync(SECOND).subarray(0, 200_000), 'unexpected end of file'],
  ['cut off in its trailer', gzipSync(SECOND).subarray(0, -3), 'unexpected end of file'],
  ['cut off in its header', gzipSync(SECOND).subarray(0, 7), 'unexpected end of file'],
  ['with another checksum', changed(gzipSync(SECOND), -8), 'incorrect data check'],
  ['with another length', changed(gzipSync(SECOND), -4), 'incorrect length check'],
  ['compressed otherwise', changed(gzipSync(SECOND), 2), 'unknown compression method'],
])('a member %s is an error, after the members that were whole', async (_, member, error) => {
  const found = await read(Buffer.concat([gzipSync(FIRST), member]));
  expect(found.error).toBe(error);
  expect(found.bytes.subarray(0, FIRST.length).equals(FIRST)).toBe(true);
  expect((await read(member)).error).toBe(error);
});

function changed(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at < 0 ? copy.length + at : at]! ^= 1;
  return copy;
}

test('the error of a source that fails comes through', async () => {
  async function* failing(): AsyncGenerator<Buffer> {
    yield gzipSync(SECOND).subarray(0, 1000);
    throw new Error('the disk is gone');
  }
  await expect(async () => {
    for await (const _ of decompressed(failing()));
  }).rejects.toThrow('the disk is gone');
});

test('a reader that stops early ends the reading', async () => {
  for await (const piece of decompressed(inPieces(gzipSync(SECOND), 1000))) {
    expect(piece.length).toBeGreaterThan(0);
    break;
  }
});

test('the checksum by table is that of zlib', () => {
  const [head, rest] = [SECOND.subarray(0, 12_345), SECOND.subarray(12_345)];
  expect(crc32ByTable(rest, crc32ByTable(head, 0))).toBe(crc32(SECOND));
});

test.runIf(hasZstd).each(gzipCases)('zstd of two frames and %s behind them gives both', async (_, behind, trailing) => {
  const skipped = Buffer.from('\x53\x2a\x4d\x18\x04\0\0\0skip', 'latin1');
  for (const flags of [['-1'], ['-19', '--no-check'], ['--content-size']]) {
    const packed = Buffer.concat([skipped, zstd(FIRST, ...flags), skipped, zstd(SECOND, ...flags), behind]);
    for (const size of [997, 64 * 1024, packed.length]) {
      const found = await read(packed, size);
      expect({ ...found, bytes: found.bytes.equals(Buffer.concat([FIRST, SECOND])) }).toEqual({
        bytes: true,
        trailing,
        error: null,
      });
    }
  }
});

test.runIf(hasZstd)('zstd is an error wherever it is cut off', async () => {
  const packed = zstd(FIRST);
  for (let end = 4; end < packed.length; end++) expect((await read(packed.subarray(0, end))).error).not.toBeNull();
});

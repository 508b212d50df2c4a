import { gzipSync } from 'node:zlib';
import { Profile, type ProfileInput, StringTable } from 'pprof-format';
import { describe, expect, test } from 'vitest';
import { frameOf } from '../../src/stacks/frame.js';
import { readPprof } from '../../src/stacks/pprof-reader.js';
import { MAX_DEPTH } from '../../src/stacks/stack-table.js';

/** The texts that every file here has. A number in a message is the index of a text. */
const TEXTS = ['', 'samples', 'count', 'cpu', 'nanoseconds', 'stage', 'thread', 'f', 'f.js', 'native guessed'];
const [, SAMPLES, COUNT, CPU, NANOSECONDS, STAGE, THREAD, NAME, FILE, MARKS] = TEXTS.keys();

const PLAIN = {
  sampleType: [
    { type: SAMPLES!, unit: COUNT! },
    { type: CPU!, unit: NANOSECONDS! },
  ],
  sample: [{ locationId: [1], value: [1, 10] }],
  location: [{ id: 1, line: [{ functionId: 1, line: 4 }] }],
  function: [{ id: 1, name: NAME!, filename: FILE!, systemName: MARKS! }],
} satisfies ProfileInput;

function bytesOf(data: ProfileInput, ...more: string[]): Uint8Array {
  const stringTable = new StringTable();
  for (const text of [...TEXTS.slice(1), ...more]) stringTable.dedup(text);
  return new Profile({ ...data, stringTable }).encode();
}

const read = (...parts: Uint8Array[]) => readPprof(gzipSync(Buffer.concat(parts)));
const readData = (data: ProfileInput, ...more: string[]) => read(bytesOf({ ...PLAIN, ...data }, ...more));

const varint = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 0x80))];
const field = (number: number, content: Uint8Array | number[]): Buffer =>
  Buffer.from([...varint(number * 8 + 2), ...varint(content.length), ...content]);

async function messageOf(reading: Promise<unknown>): Promise<string> {
  const error = await reading.then(
    () => new Error('it was read'),
    (reason: Error) => reason,
  );
  expect(error.name).toBe('StacksFileError');
  expect(error.message).not.toMatch(/[\n\r]/);
  return error.message;
}

describe('a file of another program', () => {
  test('is read, and its system names are not taken for marks', async () => {
    const profile = await readData({});
    expect(profile.frames.get(profile.stacks.frame(1))).toEqual(
      frameOf({ kind: 'unknown', name: 'f', file: 'f.js', line: 4 }),
    );
    expect([profile.measuredTypes, profile.value(1, 'samples'), profile.value(1, 'cpu')]).toEqual([
      ['samples', 'cpu'],
      1,
      10,
    ]);
  });

  test('gives a frame for each inlined function, and all have the module of the location', async () => {
    const line = [1, 2].map((functionId) => ({ functionId }));
    const fn = [NAME!, FILE!].map((name, index) => ({ id: index + 1, name }));
    const mapping = [{ id: 3, filename: FILE!, buildId: NAME! }];
    const profile = await readData({ location: [{ id: 1, address: 64, mappingId: 3, line }], function: fn, mapping });
    const place = { kind: 'unknown', module: 'f.js', buildId: 'f', offset: 64 } as const;
    expect(profile.stacks.frames(profile.rows.stack(1)).map((id) => profile.frames.get(id))).toEqual([
      frameOf({ ...place, name: 'f.js' }),
      frameOf({ ...place, name: 'f', inlined: true }),
    ]);
  });

  test('gives a frame without a name for a location without a function', async () => {
    const profile = await readData({ location: [{ id: 1, address: 64 }] });
    expect(profile.frames.get(profile.stacks.frame(1))).toEqual(frameOf({ kind: 'unknown', offset: 64 }));
  });

  test.each([
    ['in a module that was not mapped at 0', [{ id: 3, memoryStart: 4096, filename: FILE! }], 64],
    ['that a double cannot represent', [{ id: 3, filename: FILE! }], 2n ** 63n + 1n],
  ])('gives no address %s', async (_, mapping, address) => {
    const profile = await readData({ location: [{ id: 1, address, mappingId: 3 }], mapping });
    expect(profile.frames.get(profile.stacks.frame(1))).toEqual(frameOf({ kind: 'unknown', module: 'f.js' }));
  });

  test('keeps only sample types of a known name and unit, and the labels `stage` and `thread`', async () => {
    const profile = await readData({
      sampleType: [{ type: CPU!, unit: COUNT! }, ...PLAIN.sampleType, { type: FILE!, unit: COUNT! }],
      sample: [
        {
          locationId: [1],
          value: [7, 8, 9, 10],
          label: [
            { key: FILE!, str: NAME! },
            { key: STAGE!, str: FILE! },
            { key: THREAD!, num: 5 },
          ],
        },
      ],
    });
    expect([profile.measuredTypes, profile.value(1, 'samples'), profile.value(1, 'cpu')]).toEqual([
      ['samples', 'cpu'],
      8,
      9,
    ]);
    expect(profile.strings.get(profile.rows.stage(1))).toBe('f.js');
    expect(profile.strings.get(profile.rows.thread(1))).toBe('');
  });

  test('has its samples of the same row added up', async () => {
    const profile = await readData({ sample: [1, 2, 3].map((value) => ({ locationId: [1, 1], value: [1, value] })) });
    expect([profile.rows.length, profile.value(1, 'samples'), profile.value(1, 'cpu')]).toEqual([1, 3, 6]);
  });

  test('may have unknown fields, ids of 64 bits, and numbers that are not packed', async () => {
    const id = 2n ** 64n - 1n;
    const { sample: _, ...rest } = { ...PLAIN, location: [{ id, line: [{ functionId: id }] }] };
    const fn = [{ id, name: NAME!, filename: FILE! }];
    const unpacked = [0x08, ...Array(9).fill(0xff), 0x01, 0x10, 2, 0x10, 20];
    const unknown = Buffer.from([
      0x91, 0x01, 1, 2, 3, 4, 5, 6, 7, 8, 0x95, 0x01, 1, 2, 3, 4, 0x90, 0x01, 5, 0x72, 1, 1,
    ]);
    const profile = await read(bytesOf({ ...rest, function: fn }), unknown, field(2, unpacked));
    expect([profile.value(1, 'samples'), profile.value(1, 'cpu')]).toEqual([2, 20]);
    expect(profile.frames.get(profile.stacks.frame(1)).name).toBe('f');
  });

  test('gives (other) for the frames of a deep stack that are past the limit', async () => {
    const profile = await readData({ sample: [{ locationId: Array(4000).fill(1), value: [1, 1] }] });
    expect(profile.stacks.depth(profile.rows.stack(1))).toBe(MAX_DEPTH + 1);
  });
});

describe('a file of this package', () => {
  test('has marks as system names', async () => {
    const profile = await readData({ comment: [TEXTS.length] }, 'stageprof stacks 1');
    expect(profile.frames.get(profile.stacks.frame(1))).toEqual(
      frameOf({ kind: 'native', guessed: true, name: 'f', file: 'f.js', line: 4 }),
    );
  });

  test('is refused if it has a later schema', async () => {
    const message = await messageOf(
      readData({ comment: [TEXTS.length, TEXTS.length + 1] }, 'stageprof stacks 1', 'stageprof stacks 2'),
    );
    expect(message).toBe('Stack profile of schema 2: read it with the stageprof that wrote it');
  });
});

describe('a file that is no profile is refused', () => {
  test.each<[string, Uint8Array, string]>([
    ['an empty file', new Uint8Array(0), 'Not a stack profile: it is not compressed by gzip'],
    ['a text', Buffer.from('{"a":1}'), 'Not a stack profile: it is not compressed by gzip'],
    [
      'a file that was cut',
      gzipSync(bytesOf(PLAIN)).subarray(0, 40),
      'Damaged stack profile: its compression: unexpected end of file',
    ],
    [
      'a file that was cut in its header',
      Buffer.from([0x1f, 0x8b]),
      'Damaged stack profile: its compression: unexpected end of file',
    ],
    ['a compressed empty file', gzipSync(''), 'Damaged stack profile: its first string is not the empty one'],
    ['a compressed text', gzipSync('hello, world'), 'Damaged stack profile: wire type 4 at byte 2 of the file'],
  ])('%s', async (_, file, message) => {
    expect(await messageOf(readPprof(file))).toBe(message);
  });

  test('a profile with unknown sample types only', async () => {
    const message = await messageOf(readData({ sampleType: [{ type: TEXTS.length, unit: COUNT! }] }, 'a\nb'));
    expect(message).toBe('Not a stack profile of stageprof: it has only "a\\nb/count"');
  });
});

describe('a damaged file is refused', () => {
  const many = <T>(count: number, item: T): T[] => Array<T>(count).fill(item);

  test.each<[string, ProfileInput]>([
    ['there is no location 9', { sample: [{ locationId: [9], value: [1, 1] }] }],
    ['there is no function 9', { location: [{ id: 1, line: [{ functionId: 9 }] }] }],
    ['there is no mapping 9', { location: [{ id: 1, mappingId: 9 }] }],
    ['a location has the id 0', { location: [{ id: 0, address: 1 }] }],
    ['location 1 is there twice', { location: many(2, { id: 1 }) }],
    ['function 1 is there twice', { function: many(2, { id: 1 }) }],
    ['mapping 1 is there twice', { mapping: many(2, { id: 1 }) }],
    ['there is no string 99', { function: [{ id: 1, name: 99 }] }],
    ['there is no string 18446744073709551615', { function: [{ id: 1, name: -1 }] }],
    ['there is no string 99', { comment: [99] }],
    ['the first line of a function is out of range', { function: [{ id: 1, startLine: 2 ** 32 }] }],
    ['the line of a location is out of range', { location: [{ id: 1, line: [{ functionId: 1, line: -1 }] }] }],
    ['the column of a location is out of range', { location: [{ id: 1, line: [{ functionId: 1, column: 2 ** 60 }] }] }],
    ['a sample has 1 values, the file 2 types', { sample: [{ locationId: [1], value: [1] }] }],
    ['a sample has a negative value', { sample: [{ locationId: [1], value: [1, -1] }] }],
    ['it has samples and no sample types', { sampleType: [] }],
    ['it has the sample type samples twice', { sampleType: many(2, PLAIN.sampleType[0]!) }],
    ['it has more than 64 sample types', { sampleType: many(65, { type: 1 }) }],
    ['field 1 of a sample has more than 4096 numbers', { sample: [{ locationId: many(4097, 1), value: [1, 1] }] }],
    ['field 2 of a sample has more than 64 numbers', { sample: [{ value: many(65, 1) }] }],
    ['a sample has field 3 more than 64 times', { sample: [{ label: many(65, { key: 1 }) }] }],
    ['a location has field 4 more than 256 times', { location: [{ id: 1, line: many(257, { line: 1 }) }] }],
    ['it has more than 65536 mappings', { mapping: Array.from({ length: 65_537 }, (_, i) => ({ id: i + 1 })) }],
  ])('%s', async (fault, data) => {
    expect(await messageOf(readData(data))).toBe(`Damaged stack profile: ${fault}`);
  });

  /** The decoder would shift a number of millions of bits once for each of these bytes. */
  const endless = [...many(1_000_000, 0xff), 1];

  test.each<[string, Uint8Array, (at: number) => string]>([
    [
      'an endless number',
      Buffer.from([0x48, ...endless]),
      (at) => `the number at byte ${at + 1} of the file has no end`,
    ],
    [
      'an endless number in a message',
      field(5, [0x08, ...endless]),
      () => 'the number at byte 1 of a function has no end',
    ],
    ['an endless number for a text', field(5, field(2, endless)), () => 'field 2 of a function is not a number'],
    [
      'an endless packed number',
      field(2, field(1, endless)),
      () => 'the number at byte 4 of field 1 of a sample has no end',
    ],
    ['an endless length', field(2, [0x1a, ...endless]), () => 'the number at byte 1 of a sample has no end'],
    ['a number that is cut', field(5, [0x08, 0x80]), () => 'the number at byte 1 of a function has no end'],
    [
      'a nested message that ends outside of its parent',
      field(4, [0x22, 9, 8, 1]),
      () => 'field 4 at byte 0 of a location ends outside of it',
    ],
    [
      'a text that ends outside of the file',
      Buffer.from([0x32, 5, 65]),
      (at) => `field 6 at byte ${at} of the file ends outside of it`,
    ],
    ['a tag without a value', Buffer.from([0x32]), (at) => `the number at byte ${at + 1} of the file has no end`],
    ['a group', Buffer.from([0x0b]), (at) => `wire type 3 at byte ${at} of the file`],
    ['a field with the number 0', Buffer.from([0x00, 0x00]), (at) => `field 0 at byte ${at} of the file`],
    ['a number for a message', Buffer.from([0x28, 1]), () => 'one of its functions has wire type 0'],
    ['a fixed-width number for a comment', Buffer.from([0x6d, 1, 2, 3, 4]), () => 'its comments have wire type 5'],
    ['a fixed-width number in a message', field(5, [0x0d, 1, 2, 3, 4]), () => 'a function has field 1 of wire type 5'],
    ['a tag of two bytes in a message', field(5, [0x82, 0x01, 0]), () => 'a function has field 16 of wire type 2'],
    ['a tag that is longer than needed', field(5, [0x88, 0x00, 0]), () => 'a function has field 1 of wire type 0'],
    ['a number for a label', field(2, [0x18, 1]), () => 'field 3 of a sample is not a message'],
  ])('if it has %s', async (_, more, fault) => {
    const whole = bytesOf(PLAIN);
    expect(await messageOf(read(whole, more))).toBe(`Damaged stack profile: ${fault(whole.length)}`);
  });

  test('if its few bytes decompress to more than can be read', async () => {
    const bomb = gzipSync(Buffer.alloc(128 * 2 ** 20 + 1), { level: 1 });
    expect(bomb.length).toBeLessThan(2 ** 20);
    expect(await messageOf(readPprof(bomb))).toBe('Damaged stack profile: it has more than 128 MiB before compression');
  });

  test('if each of its many samples stands for a thousand frames', async () => {
    const line = many(256, { functionId: 1 });
    const sample = many(33_000, { locationId: many(4, 1), value: [1, 1] });
    expect(await messageOf(readData({ location: [{ id: 1, line }], sample }))).toBe(
      'Damaged stack profile: its samples have more than 33554432 frames',
    );
  });
});

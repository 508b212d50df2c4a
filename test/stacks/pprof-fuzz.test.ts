import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPprof } from '../../src/stacks/pprof-reader.js';
import { writePprof } from '../../src/stacks/pprof-writer.js';
import { profileOf, rowInputs } from '../support/arbitrary-profile.js';
import { describeProfile } from '../support/describe-profile.js';

type Damage = (bytes: Buffer<ArrayBuffer>) => Buffer<ArrayBuffer>;

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const at = (bytes: Buffer, share: number): number => Math.floor(share * bytes.length);
/** Any byte, with more of those that are short lengths, or that continue or end a number. */
const byte = fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.integer({ min: 0, max: 255 }));

const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.tuple(place, byte).map(([share, value]) => (bytes: Buffer<ArrayBuffer>) => {
    const changed = Buffer.from(bytes);
    if (bytes.length > 0) changed[at(bytes, share)] = value;
    return changed;
  }),
  place.map((share) => (bytes: Buffer<ArrayBuffer>) => bytes.subarray(0, at(bytes, share))),
  fc.tuple(place, fc.array(byte, { maxLength: 12 })).map(([share, more]) => (bytes: Buffer<ArrayBuffer>) => {
    return Buffer.concat([bytes.subarray(0, at(bytes, share)), Buffer.from(more), bytes.subarray(at(bytes, share))]);
  }),
  fc.tuple(place, place).map(([from, to]) => (bytes: Buffer<ArrayBuffer>) => {
    return Buffer.concat([bytes.subarray(0, at(bytes, from)), bytes.subarray(at(bytes, to))]);
  }),
);

/** A file that is read can be written, and is then the same. A file that is refused gives one line that says why. */
async function readOrRefuse(file: Uint8Array): Promise<'read' | 'refused'> {
  const read = await readPprof(file).catch((error: Error) => {
    expect(error.name).toBe('StacksFileError');
    expect(error.message).toMatch(/^(Not a stack profile|Damaged stack profile|Stack profile of schema)[^\n\r]+$/);
    return null;
  });
  if (read === null) return 'refused';
  const { measured, rows } = describeProfile(read);
  const again = describeProfile(await readPprof(await writePprof(read)));
  expect(again).toEqual({ measured, rows: measured.length === 0 ? [] : rows });
  return 'read';
}

test('a damaged profile is read or refused', async () => {
  const counts = { read: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(rowInputs, fc.array(damage, { minLength: 1, maxLength: 3 }), async (inputs, damages) => {
      const whole = Buffer.from(gunzipSync(await writePprof(profileOf(inputs))));
      counts[await readOrRefuse(gzipSync(damages.reduce((bytes, change) => change(bytes), whole)))]++;
    }),
    { numRuns: 1000 },
  );
  // If nearly all files were read or refused, the damage would be too weak or too strong to test the other case.
  expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(100);
});

test('a damaged compressed file is read or refused', async () => {
  await fc.assert(
    fc.asyncProperty(rowInputs, damage, async (inputs, change) => {
      await readOrRefuse(change(Buffer.from(await writePprof(profileOf(inputs)))));
    }),
    { numRuns: 200 },
  );
});

test('random bytes are read or refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
      await readOrRefuse(bytes);
      await readOrRefuse(gzipSync(bytes));
    }),
    { numRuns: 200 },
  );
});

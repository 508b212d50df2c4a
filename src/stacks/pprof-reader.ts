import { randomInt } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { IdTable } from './id-table.js';
import { readFrames } from './pprof-frames.js';
import { isReadable, rateOf, schemasOf } from './pprof-marks.js';
import { COMMENT, MOST, SAMPLE, SAMPLE_SHAPE, SAMPLE_TYPE, STRING, VALUE_TYPE_SHAPE } from './pprof-messages.js';
import { type Numeric, sampleValueOf } from './pprof-numbers.js';
import { checkMessage, contentsOf, numbersOf } from './pprof-wire.js';
import { SAMPLE_TYPES, type SampleType } from './sample-types.js';
import { StackProfile } from './stack-profile.js';
import { MAX_DEPTH, NO_STACK } from './stack-table.js';
import { damaged, StacksFileError } from './stacks-file-error.js';

type Format = typeof import('pprof-format');

/** The most that a file may have before compression. A profile of 100,000 rows of forty frames has about 15 MB. */
const MOST_MIB = 128;

/** The most frames of all samples together, which is 128 for each of the rows that a profile tells apart. */
const MOST_FRAMES = 2 ** 25;

/**
 * Reads a pprof file that is compressed by gzip. A file of `writePprof` is read whole. From other files, only the sample
 * types whose names and units are in `SAMPLE_TYPES` and the labels `stage` and `thread` are read. A hostile file costs at
 * most some seconds and half a gigabyte.
 *
 * Used by the command line and by threads of the profiler, never by a thread of the program. `pprof-format` is loaded
 * when the function is called.
 *
 * @throws {StacksFileError}
 */
export async function readPprof(file: Uint8Array): Promise<StackProfile> {
  const format = await import('pprof-format');
  return readProfile(await inflated(file), format);
}

async function inflated(file: Uint8Array): Promise<Uint8Array> {
  if (file[0] !== 0x1f || file[1] !== 0x8b) {
    throw new StacksFileError('Not a stack profile: it is not compressed by gzip');
  }
  try {
    const { buffer, byteOffset, length } = await promisify(gunzip)(file, { maxOutputLength: MOST_MIB * 2 ** 20 });
    // `pprof-format` makes a view for each number, which takes much longer on a Buffer.
    return new Uint8Array(buffer, byteOffset, length);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw damaged(`it has more than ${MOST_MIB} MiB before compression`);
    throw damaged(`its compression: ${message}`);
  }
}

function readProfile(bytes: Uint8Array, format: Format): StackProfile {
  const strings: string[] = [];
  for (const { buffer, byteOffset, length } of contentsOf(bytes, STRING, 'strings', MOST.strings)) {
    strings.push(Buffer.from(buffer, byteOffset, length).toString());
  }
  if (strings[0] !== '') throw damaged('its first string is not the empty one');
  const text = (index: Numeric): string => {
    const found = index === 0 ? '' : strings[Number(index)];
    if (found === undefined) throw damaged(`there is no string ${index}`);
    return found;
  };

  const comments = [...numbersOf(bytes, COMMENT, 'comments', MOST.comments)].map(text);
  const schemas = schemasOf(comments);
  const unreadable = schemas.find((schema) => !isReadable(schema));
  if (unreadable !== undefined) {
    throw new StacksFileError(`Stack profile of schema ${unreadable}: read it with the stageprof that wrote it`);
  }

  const types = readSampleTypes(bytes, format, text);
  const seed = randomInt(2 ** 32);
  const profile = new StackProfile(undefined, seed);
  for (const type of types) if (type !== undefined) profile.measure(type);
  profile.nativeRate = rateOf(comments);
  const frames = readFrames({ bytes, format, profile, text, isOurs: schemas.length > 0, seed });
  readSamples(bytes, format, text, types, frames, profile);
  return profile;
}

/** The type of each value of a sample; undefined for a type that is not in `SAMPLE_TYPES`. */
function readSampleTypes(
  bytes: Uint8Array,
  format: Format,
  text: (index: Numeric) => string,
): (SampleType | undefined)[] {
  const types: (SampleType | undefined)[] = [];
  const others: string[] = [];
  for (const content of contentsOf(bytes, SAMPLE_TYPE, 'sample types', MOST.sampleTypes)) {
    checkMessage(content, VALUE_TYPE_SHAPE, 'a sample type');
    const { type, unit } = format.ValueType.decode(content);
    const found = SAMPLE_TYPES.find((known) => known.name === text(type) && known.unit === text(unit))?.name;
    if (found === undefined) others.push(`${text(type)}/${text(unit)}`);
    else if (types.includes(found)) throw damaged(`it has the sample type ${found} twice`);
    types.push(found);
  }
  if (others.length > 0 && others.length === types.length) {
    throw new StacksFileError(
      `Not a stack profile of stageprof: it has only ${JSON.stringify(others.slice(0, 8).join(', ').slice(0, 200))}`,
    );
  }
  return types;
}

function readSamples(
  bytes: Uint8Array,
  format: Format,
  text: (index: Numeric) => string,
  types: readonly (SampleType | undefined)[],
  framesOf: IdTable<readonly number[]>,
  profile: StackProfile,
): void {
  let read = 0;
  for (const content of contentsOf(bytes, SAMPLE, 'samples')) {
    if (types.length === 0) throw damaged('it has samples and no sample types');
    checkMessage(content, SAMPLE_SHAPE, 'a sample');
    const { locationId, value, label } = format.Sample.decode(content);
    if (value.length !== types.length) {
      throw damaged(`a sample has ${value.length} values, the file ${types.length} types`);
    }

    let stack = NO_STACK;
    for (let i = locationId.length - 1; i >= 0 && profile.stacks.depth(stack) <= MAX_DEPTH; i--) {
      const frames = framesOf.get(locationId[i]!);
      if (frames === undefined) throw damaged(`there is no location ${locationId[i]}`);
      for (let j = frames.length - 1; j >= 0; j--) stack = profile.stacks.intern(stack, frames[j]!);
      read += frames.length;
    }
    if (read > MOST_FRAMES) throw damaged(`its samples have more than ${MOST_FRAMES} frames`);

    const labels = new Map(label.map(({ key, str }) => [text(key), text(str)]));
    const row = profile.row(labels.get('stage') ?? '', labels.get('thread') ?? '', stack);
    types.forEach((type, column) => {
      const added = sampleValueOf(value[column]!);
      if (type !== undefined) profile.add(row, type, added);
    });
  }
}

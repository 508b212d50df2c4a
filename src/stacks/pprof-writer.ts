import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { LabelInput, ProfileInput } from 'pprof-format';
import { KeyTable } from './key-table.js';
import { marksOf, rateComment, SCHEMA_COMMENT } from './pprof-marks.js';
import { SAMPLE_TYPES, type SampleType } from './sample-types.js';
import type { StackProfile } from './stack-profile.js';
import { NO_STACK } from './stack-table.js';

type Format = typeof import('pprof-format');

/** The most messages that are objects at the same time. A sample of forty frames is an object of 700 bytes. */
const BATCH = 1024;

/** The greatest double that fits the signed 64 bits of a value. */
const GREATEST_VALUE = 2 ** 63 - 1024;

/**
 * A profile in the file format of pprof, compressed by gzip, from which `readPprof` reads the same rows. The file has a
 * column for each sample type that was measured, and the labels `stage` and `thread` if they are not empty. Addresses are
 * those of `Frame.offset`. Every module is mapped at 0, so that tools do not relocate its addresses. Half of a surrogate
 * pair, alone in a text, becomes U+FFFD.
 *
 * Used by the command line and by threads of the profiler, never by a thread of the program. `pprof-format` is loaded
 * when the function is called.
 *
 * @param first the type that viewers show first; by default CPU, or else what was allocated
 */
export async function writePprof(profile: StackProfile, first?: SampleType): Promise<Buffer> {
  const format = await import('pprof-format');
  return pipeline(
    Readable.from(partsOf(profile, format, first ?? shownFirst(profile.measuredTypes))),
    createGzip(),
    (compressed) => buffer(compressed),
  );
}

/** The encoding of Protocol Buffers lets the parts of one message be joined by writing them one after another. */
function* partsOf(profile: StackProfile, format: Format, first: SampleType | ''): Generator<Uint8Array> {
  const strings = new format.StringTable();
  const part = (data: ProfileInput): Uint8Array =>
    new format.Profile({ stringTable: new format.StringTable(format.emptyTableToken), ...data }).encode();
  const { nativeRate } = profile;
  const types = SAMPLE_TYPES.filter(({ name }) => profile.isMeasured(name));

  yield part({
    sampleType: types.map(({ name, unit }) => ({ type: strings.dedup(name), unit: strings.dedup(unit) })),
    defaultSampleType: strings.dedup(first),
    comment: [SCHEMA_COMMENT, ...(nativeRate === 0 ? [] : [rateComment(nativeRate)])].map((text) =>
      strings.dedup(text),
    ),
  });
  yield* inBatches(samplesOf(profile, strings), (sample) => part({ sample }));

  const mappings = new KeyTable(2);
  const functions = new KeyTable(4);
  yield* inBatches(locationsOf(profile, strings, mappings, functions), (location) => part({ location }));
  yield* inBatches(mappingsOf(mappings), (mapping) => part({ mapping }));
  yield* inBatches(functionsOf(functions), (functions) => part({ function: functions }));
  yield strings.encode();
}

/** The type that viewers show first. Without it they show the last one. */
function shownFirst(types: readonly SampleType[]): SampleType | '' {
  return types.find((type) => type === 'cpu' || type === 'alloc_space') ?? types[0] ?? '';
}

function* inBatches<T>(items: Iterable<T>, encode: (batch: T[]) => Uint8Array): Generator<Uint8Array> {
  let batch: T[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length === BATCH) {
      yield encode(batch);
      batch = [];
    }
  }
  if (batch.length > 0) yield encode(batch);
}

type Strings = InstanceType<Format['StringTable']>;

function* samplesOf(profile: StackProfile, strings: Strings) {
  const { rows, stacks } = profile;
  const types = profile.measuredTypes;
  // Rows without a value say nothing, and `pprof-format` miscounts the length of an empty message.
  if (types.length === 0) return;
  for (let row = 1; row <= rows.length; row++) {
    const labels: LabelInput[] = [];
    const label = (key: string, text: string): void => {
      if (text !== '') labels.push({ key: strings.dedup(key), str: strings.dedup(text) });
    };
    label('stage', profile.strings.get(rows.stage(row)));
    label('thread', profile.strings.get(rows.thread(row)));
    yield {
      // The innermost frame comes first. The id of a location is that of its frame.
      locationId: stacks.frames(rows.stack(row)).reverse(),
      value: types.map((type) => Math.min(profile.value(row, type), GREATEST_VALUE)),
      label: labels,
    };
  }
}

/** Fills `mappings` with keys of module and build id, and `functions` with keys of name, marks, file and first line. */
function* locationsOf(profile: StackProfile, strings: Strings, mappings: KeyTable, functions: KeyTable) {
  for (const id of framesInRows(profile)) {
    const frame = profile.frames.get(id);
    mappings.key.set([strings.dedup(frame.module), strings.dedup(frame.buildId)]);
    const hasMapping = frame.module !== '' || frame.buildId !== '';
    functions.key.set([
      strings.dedup(frame.name),
      strings.dedup(marksOf(frame)),
      strings.dedup(frame.file),
      frame.startLine,
    ]);
    yield {
      id,
      mappingId: hasMapping ? mappings.intern() : 0,
      address: frame.offset,
      line: [{ functionId: functions.intern(), line: frame.line, column: frame.column }],
    };
  }
}

function* mappingsOf(mappings: KeyTable) {
  for (let id = 1; id <= mappings.length; id++) {
    yield { id, filename: mappings.word(id, 0), buildId: mappings.word(id, 1) };
  }
}

function* functionsOf(functions: KeyTable) {
  for (let id = 1; id <= functions.length; id++) {
    yield {
      id,
      name: functions.word(id, 0),
      systemName: functions.word(id, 1),
      filename: functions.word(id, 2),
      startLine: functions.word(id, 3),
    };
  }
}

/** The ids of the frames that are in some row, in order. `(other)` is in every table, but seldom in a row. */
function framesInRows({ rows, stacks, frames }: StackProfile): number[] {
  const seen = new Uint8Array(stacks.length + 1);
  const used = new Uint8Array(frames.length + 1);
  for (let row = 1; row <= rows.length; row++) {
    for (let stack = rows.stack(row); stack !== NO_STACK && seen[stack] === 0; stack = stacks.prefix(stack)) {
      seen[stack] = 1;
      used[stacks.frame(stack)] = 1;
    }
  }
  return Array.from(used.keys()).filter((id) => used[id] === 1);
}

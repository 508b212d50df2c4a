import { beforeAll, describe, expect, test } from 'vitest';
import { BufferBytes } from '../../src/recorder/file-bytes.js';
import {
  ENDIANNESS_OFFSET,
  FORMAT_VERSION,
  type HeaderNumber,
  offsetOf,
  VERSION_OFFSET,
} from '../../src/recorder/format.js';
import { type Postmortem, postmortemOf } from '../../src/recorder/postmortem.js';
import { readRecorder } from '../../src/recorder/reader.js';
import { fuzz, sampleRecorders } from './fuzz.js';

let running: Buffer;
let many: Buffer;

beforeAll(() => {
  [running, , many] = sampleRecorders() as [Buffer, Buffer, Buffer];
});

function read(bytes: Buffer): Postmortem {
  return postmortemOf(readRecorder(new BufferBytes(bytes)));
}

function changed(bytes: Buffer, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(bytes);
  change(copy);
  return copy;
}

function withNumber(bytes: Buffer, name: HeaderNumber, value: number): Buffer {
  return changed(bytes, (copy) => copy.writeDoubleLE(value, offsetOf(name)));
}

function numberOf(bytes: Buffer, name: HeaderNumber): number {
  return bytes.readDoubleLE(offsetOf(name));
}

/** The metadata with one text in place of another of the same length. */
function withMetadata(bytes: Buffer, from: string, to: string): Buffer {
  return changed(bytes, (copy) => {
    const at = copy.indexOf(from);
    expect(at).toBeGreaterThan(0);
    expect(to).toHaveLength(from.length);
    copy.write(to, at);
  });
}

describe('a file that cannot be read as a recorder is refused:', () => {
  test.each([
    ['nothing', () => Buffer.alloc(0), 'not a recorder'],
    ['another file', () => Buffer.from('{"schema":"stageprof/1"}\n'), 'not a recorder'],
    ['one not made yet', () => Buffer.alloc(200_000), 'not made yet'],
    ['half a header', () => running.subarray(0, 100), 'cut: 100 bytes are left of its header of 4096'],
    ['one without its metadata', () => running.subarray(0, 4096), 'damaged or cut'],
    [
      'a later format',
      () => changed(running, (copy) => copy.writeUInt32LE(FORMAT_VERSION + 1, VERSION_OFFSET)),
      `has format ${FORMAT_VERSION + 1}, expected ${FORMAT_VERSION}: read it with the stageprof that wrote it`,
    ],
    [
      'the former format',
      () => changed(running, (copy) => copy.writeUInt32LE(FORMAT_VERSION - 1, VERSION_OFFSET)),
      `has format ${FORMAT_VERSION - 1}, expected ${FORMAT_VERSION}: read it with the stageprof that wrote it`,
    ],
    [
      'the other byte order',
      () => changed(running, (copy) => copy.writeUInt32BE(0x0a0b0c0d, ENDIANNESS_OFFSET)),
      'other byte order',
    ],
    ['no byte order', () => changed(running, (copy) => copy.writeUInt32BE(1, ENDIANNESS_OFFSET)), 'byte order'],
    ['sizes that are not', () => withNumber(running, 'row_bytes', Number.NaN), 'its row_bytes is NaN'],
    ['sizes beyond reason', () => withNumber(running, 'row_bytes', 2 ** 30), 'its row_bytes is 1073741824'],
    ['rows that do not fit their columns', () => withNumber(running, 'row_bytes', 8), 'its rows have 8 bytes'],
  ])('%s', (_what, make, message) => {
    expect(() => read(make())).toThrow(
      expect.objectContaining({ code: 'ERR_STAGEPROF_RECORDER', message: expect.stringContaining(message) }),
    );
  });
});

describe('a damaged recorder is reported as far as it can be read, with a warning for', () => {
  test('rows that are cut off', () => {
    const rowBytes = numberOf(many, 'row_bytes');
    const { report } = read(many.subarray(0, numberOf(many, 'rows_offset') + 5 * rowBytes + 100));
    const whole = read(many).report;
    expect(report.stages.map(({ stage, calls }) => [stage, calls])).toEqual(
      whole.stages.slice(0, 4).map(({ stage, calls }) => [stage, calls]),
    );
    expect(report.warnings).toContainEqual(expect.stringMatching(/^recorder: \d+ of \d+ rows are cut off$/));
  });

  test('a label that says it is longer than any', () => {
    const damaged = changed(many, (copy) => {
      // The label of row 0 is empty and takes 8 bytes; that of row 1 comes next.
      copy.writeUInt32LE(1e9, numberOf(many, 'labels_offset') + 8 + 24);
    });
    const { report } = read(damaged);
    expect(report.stages.map(({ stage }) => stage)).toEqual(['outer']);
    expect(report.warnings).toContainEqual(expect.stringMatching(/^recorder: the labels of \d+ of \d+ rows/));
  });

  test.each([
    ['a negative number of calls', -1],
    ['half a call', 0.5],
    ['no number of calls', Number.NaN],
    ['endless calls', Number.POSITIVE_INFINITY],
  ])('a row with %s is left out', (_what, calls) => {
    const damaged = changed(many, (copy) => {
      copy.writeDoubleLE(calls, numberOf(many, 'rows_offset') + 2 * numberOf(many, 'row_bytes'));
    });
    const { report } = read(damaged);
    const whole = read(many).report;
    expect(report.stages.map(({ stage }) => stage)).toEqual(
      whole.stages.map(({ stage }) => stage).filter((_, index) => index !== 1),
    );
    expect(report.warnings).toContain('recorder: 1 damaged rows are left out');
  });

  test.each([Number.POSITIVE_INFINITY, 1e300, -5])('a time of %d, which counts as not measured', (value) => {
    const damaged = changed(many, (copy) => {
      // calls, errors, open, wall_s
      copy.writeDoubleLE(value, numberOf(many, 'rows_offset') + 2 * numberOf(many, 'row_bytes') + 3 * 8);
    });
    expect(read(damaged).report.stages[1]!.wall_s).toBeNull();
  });

  test.each(['rows', 'reading_count', 'module_count', 'state', 'labels_folded'] as const)(
    '%s beyond reason',
    (name) => {
      for (const value of [Number.NaN, -1, 1e300, 2 ** 40])
        expect(() => read(withNumber(many, name, value))).not.toThrow();
    },
  );

  test('a column that this version does not know, and one it misses', () => {
    const { report } = read(withMetadata(running, '"wall_self_s"', '"future_fld_"'));
    expect(report.stages[1]!.wall_self_s).toBeNull();
    expect(report.stages[1]!.calls).toBe(1);
    expect(report.warnings).toContain('recorder: it was written without wall_self_s');
    expect(report.warnings).toContain('recorder: this version does not know its future_fld_');
  });
});

test('a call that was being added to its row is named, and not added twice', () => {
  const whole = read(running);
  const callBytes = numberOf(running, 'call_cells') * 8;
  // The third slot holds `outer.inner`. Its use is the first cell after the sample.
  const use = numberOf(running, 'calls_offset') + 2 * callBytes + (numberOf(running, 'call_cells') - 6) * 8;
  const row = running.readDoubleLE(use);
  expect(row).toBeGreaterThan(1);
  const torn = read(changed(running, (copy) => copy.writeDoubleLE(-row, use)));
  expect(torn.report.warnings).toContain(
    'stopped while a call was added to "outer.inner": the row may have part of it',
  );
  expect(torn.open).toEqual(whole.open);
  expect(torn.report.stages.at(-1)!.wall_s).toBeNull();
});

test('2,000 damaged files give a report or an error, at once and in little memory', () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const found = fuzz(2000, seed);
  expect(found.failures, `node test/recorder/fuzz.js 2000 ${seed}`).toEqual([]);
  expect(found.reports).toBeGreaterThan(100);
  expect(found.refused).toBeGreaterThan(100);
});

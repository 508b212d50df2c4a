import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPprof } from '../../src/stacks/pprof-reader.js';
import { writePprof } from '../../src/stacks/pprof-writer.js';
import { StackProfile } from '../../src/stacks/stack-profile.js';
import { NO_STACK } from '../../src/stacks/stack-table.js';
import { addRows, profileOf, type RowInput, rowInputs } from '../support/arbitrary-profile.js';
import { decodePprof } from '../support/decode-pprof.js';
import { describeProfile } from '../support/describe-profile.js';

const JS = { kind: 'js', name: 'parse', file: 'file:///app/parse.js', line: 12, column: 5, startLine: 10 } as const;
const NATIVE = { kind: 'native', module: '/lib/a.so', buildId: 'c0ffee', offset: 0x1a2b, guessed: true } as const;
const QUEUED: RowInput = {
  stage: 'flows.parse',
  thread: 'libuv',
  frames: [
    { ...JS, inherited: true },
    { kind: 'native', name: 'inflate()', module: '/lib/a.so', buildId: 'c0ffee' },
  ],
  values: { samples: 1, cpu: 5_000_000_000_000, peak_space: 0 },
};

const nameless = (systemName: string) => ({ name: '', systemName, filename: '', startLine: 0, line: 0, column: 0 });

describe('a written file, read by another reader,', () => {
  test('has the columns, labels, frames and values of the profile', async () => {
    const profile = profileOf([
      { stage: '', thread: 'main', frames: [JS, NATIVE], values: { samples: 3, cpu: 30_000_000, peak_space: 4096 } },
      QUEUED,
    ]);
    const library = { start: 0, limit: 0, fileOffset: 0, filename: '/lib/a.so', buildId: 'c0ffee' };
    const parse = { name: 'parse', filename: 'file:///app/parse.js', startLine: 10, line: 12, column: 5 };
    expect(decodePprof(await writePprof(profile))).toEqual({
      firstString: '',
      sampleTypes: ['samples/count', 'cpu/nanoseconds', 'peak_space/bytes'],
      defaultSampleType: 'cpu',
      comments: ['stageprof stacks 1'],
      counts: { mappings: 1, functions: 4, locations: 4 },
      samples: [
        {
          locations: [
            { mapping: library, address: 0x1a2b, lines: [nameless('native guessed')] },
            { mapping: null, address: 0, lines: [{ ...parse, systemName: 'js' }] },
          ],
          values: [3, 30_000_000, 4096],
          labels: [['thread', 'main']],
        },
        {
          locations: [
            { mapping: library, address: 0, lines: [{ ...nameless('native'), name: 'inflate()' }] },
            { mapping: null, address: 0, lines: [{ ...parse, systemName: 'js inherited' }] },
          ],
          values: [1, 5_000_000_000_000, 0],
          labels: [
            ['stage', 'flows.parse'],
            ['thread', 'libuv'],
          ],
        },
      ],
    });
  });

  test('has each function once, whatever the number of its frames', async () => {
    const frames = [1, 2, 3].map((line) => ({ ...JS, line }));
    const { counts } = decodePprof(await writePprof(profileOf([{ ...QUEUED, frames }])));
    expect(counts).toEqual({ mappings: 0, functions: 1, locations: 3 });
  });

  test.each<[RowInput['values'], string]>([
    [{ samples: 1, alloc_objects: 1, alloc_space: 1 }, 'alloc_space'],
    [{ samples: 1, live_space: 1 }, 'samples'],
    [{}, ''],
  ])('with the values %j has the default type %j', async (values, shown) => {
    const decoded = decodePprof(await writePprof(profileOf([{ ...QUEUED, values }])));
    expect([decoded.defaultSampleType, decoded.samples.length]).toEqual([shown, shown === '' ? 0 : 1]);
  });

  test('has all rows when there are more than one batch has', async () => {
    const profile = new StackProfile();
    for (let i = 0; i < 5000; i++)
      addRows(profile, [{ ...QUEUED, frames: [{ ...JS, line: i }], values: { cpu: i + 1 } }]);
    const { samples, counts } = decodePprof(await writePprof(profile));
    expect([counts.locations, samples.length]).toEqual([5000, 5000]);
    expect(samples.map(({ values, locations }) => [values[0], locations[0]!.lines[0]!.line])).toEqual(
      Array.from({ length: 5000 }, (_, i) => [i + 1, i]),
    );
  });
});

describe('after writing and reading,', () => {
  test('a profile is the same', async () => {
    await fc.assert(
      fc.asyncProperty(rowInputs, async (inputs) => {
        const profile = profileOf(inputs);
        const read = describeProfile(await readPprof(await writePprof(profile)));
        const { measured, rows } = describeProfile(profile);
        expect(read).toEqual({ measured, rows: measured.length === 0 ? [] : rows });
      }),
    );
  });

  test('a sample type that was measured and never seen is still measured', async () => {
    const profile = profileOf([QUEUED]);
    profile.measure('live_space');
    expect((await readPprof(await writePprof(profile))).measuredTypes).toEqual(profile.measuredTypes);
  });

  test('an empty profile is empty', async () => {
    const { rows, measuredTypes } = await readPprof(await writePprof(new StackProfile()));
    expect([rows.length, measuredTypes]).toEqual([0, []]);
  });

  test.each([
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    [2 ** 62, 2 ** 62],
    [2 ** 70, 2 ** 63 - 1024],
  ])('a value of %d is %d', async (value, expected) => {
    const profile = new StackProfile();
    profile.add(profile.row('a', '', NO_STACK), 'cpu', value);
    expect((await readPprof(await writePprof(profile))).value(1, 'cpu')).toBe(expected);
  });

  test('frames and rows past the limits are still (other)', async () => {
    const profile = new StackProfile({ frames: 3, stacks: 2, rows: 2 });
    for (let i = 0; i < 9; i++)
      addRows(profile, [{ ...QUEUED, stage: `${i}`, frames: [JS, { ...JS, line: i }, NATIVE] }]);
    expect(describeProfile(await readPprof(await writePprof(profile)))).toEqual(describeProfile(profile));
  });
});

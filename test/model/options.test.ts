import { describe, expect, test } from 'vitest';
import { MEASURES, resolveOptions, type StageProfilerOptions } from '../../src/model/options.js';
import { StageProfiler } from '../../src/profiler/stage-profiler.js';

const wrong = (options: unknown): unknown => {
  try {
    resolveOptions(options as StageProfilerOptions);
  } catch (error) {
    return error;
  }
  return 'no error';
};

const ALL = { cpu: true, rss: true, js: true, native: true, io: true, rssPeak: 'lifetime' };

test('by default everything is measured, by deltas, without collections and without resets', () => {
  expect(resolveOptions({})).toEqual({
    sampler: { cpu: true, rss: true, js: true, native: true, io: true, rssPeak: 'lifetime', sharedSamples: true },
    attribution: 'boundary',
    collect: 'none',
    maxLabels: 4096,
    threads: false,
    cpuStacks: null,
    nativeStacks: false,
    recorder: null,
  });
});

test('an option that is undefined has its default', () => {
  const unset = {
    measure: undefined,
    attribution: undefined,
    collect: undefined,
    rssPeak: undefined,
    maxLabels: undefined,
  };
  expect(resolveOptions(unset as unknown as StageProfilerOptions)).toEqual(resolveOptions({}));
});

test.each<[StageProfilerOptions, object]>([
  [{ measure: [] }, { sampler: { cpu: false, rss: false, js: false, native: false, io: false, rssPeak: 'lifetime' } }],
  [
    { measure: ['rss', 'io', 'rss'], rssPeak: 'reset' },
    { sampler: { cpu: false, rss: true, js: false, native: false, io: true, rssPeak: 'reset' } },
  ],
  [{ attribution: 'exact' }, { attribution: 'exact' }],
  [{ sharedSamples: false }, { sampler: { ...ALL, sharedSamples: false } }],
  // What a forced collection costs is taken out of whole samples.
  [{ collect: 'outermost' }, { collect: 'outermost', sampler: { ...ALL, sharedSamples: false } }],
  [
    { collect: 'every', sharedSamples: true },
    { collect: 'every', sampler: { ...ALL, sharedSamples: false } },
  ],
  [{ maxLabels: 1 }, { maxLabels: 1 }],
  [{ maxLabels: 65_536 }, { maxLabels: 65_536 }],
])('%j is allowed', (options, settings) => {
  expect(resolveOptions(options)).toMatchObject(settings);
});

describe('each wrong value is a TypeError that names what is allowed and what was received', () => {
  const measures = MEASURES.map((name) => `"${name}"`);
  const integer = ['an integer from 1 to 65536'];

  test.each<[string, unknown, readonly string[]]>([
    ['options null', null, ['an object', 'null']],
    ['options that are a string', 'cpu', ['an object', '"cpu"']],
    ['options that are an array', [], ['an object', 'an array']],
    ['options that are a function', () => {}, ['an object', 'a function']],
    [
      'an unknown option',
      { measures: [] },
      ['"measures"', '"measure"', '"attribution"', '"collect"', '"rssPeak"', '"maxLabels"'],
    ],
    ['an unknown option without a value', { colect: undefined }, ['"colect"', '"collect"']],
    ['measure as a string', { measure: 'cpu' }, ['"measure"', 'an array', ...measures]],
    ['measure with an unknown member', { measure: ['cpu', 'gpu'] }, ['"measure"', '"gpu"', ...measures]],
    ['measure with time, which is always on', { measure: ['time'] }, ['"time"', ...measures]],
    ['measure null', { measure: null }, ['"measure"', 'null', ...measures]],
    ['attribution', { attribution: 'slices' }, ['"attribution"', '"boundary" or "exact"', '"slices"']],
    ['collect as a boolean', { collect: true }, ['"collect"', '"none", "outermost" or "every"', 'true']],
    ['rssPeak null', { rssPeak: null }, ['"rssPeak"', '"lifetime" or "reset"', 'null']],
    ['maxLabels 0', { maxLabels: 0 }, ['"maxLabels"', '0', ...integer]],
    ['maxLabels 1.5', { maxLabels: 1.5 }, ['"maxLabels"', '1.5', ...integer]],
    ['maxLabels NaN', { maxLabels: Number.NaN }, ['"maxLabels"', 'NaN', ...integer]],
    ['maxLabels as a string', { maxLabels: '4096' }, ['"maxLabels"', '"4096"', ...integer]],
    ['too many maxLabels', { maxLabels: 65_537 }, ['"maxLabels"', '65537', ...integer]],
    ['a symbol', { collect: Symbol('s') }, ['"collect"', 'Symbol(s)']],
  ])('%s', (_what, options, named) => {
    const error = wrong(options) as TypeError & { code: string };
    expect(error).toBeInstanceOf(TypeError);
    expect(error.code).toBe('ERR_STAGEPROF_OPTION');
    for (const text of named) expect(error.message).toContain(text);
  });

  test('the constructor throws it', () => {
    expect(() => new StageProfiler({ collect: 'all' as never })).toThrow(
      expect.objectContaining({ code: 'ERR_STAGEPROF_OPTION' }),
    );
  });
});

test.each([
  ['/a/b.recorder', { path: '/a/b.recorder', keep: false, fallbacks: [], small: false }],
  [true, { path: null, keep: false, fallbacks: [], small: false }],
  [{}, { path: null, keep: false, fallbacks: [], small: false }],
  [{ keep: true }, { path: null, keep: true, fallbacks: [], small: false }],
  [
    { path: 'a', keep: true },
    { path: 'a', keep: true, fallbacks: [], small: false },
  ],
] as const)('the recorder %j', (recorder, choice) => {
  expect(resolveOptions({ recorder }).recorder).toEqual(choice);
});

test.each([
  ['', 'Expected the "recorder" option to be a path'],
  ['a\0b', 'Expected the "recorder" option to be a path'],
  [false, 'Expected the "recorder" option to be a path, true, or an object of "path" and "keep", received false'],
  [7, 'received 7'],
  [null, 'received null'],
  [{ path: 7 }, 'received 7'],
  [{ keep: 'yes' }, 'Expected the "recorder.keep" option to be true or false, received "yes"'],
  [{ file: 'a' }, 'Unknown option "recorder.file"; the options are "recorder.path" or "recorder.keep"'],
])('the recorder %j is refused', (recorder, message) => {
  expect(() => resolveOptions({ recorder } as unknown as StageProfilerOptions)).toThrow(
    expect.objectContaining({ code: 'ERR_STAGEPROF_OPTION', message: expect.stringContaining(message) }),
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { METRICS } from '../../src/model/metrics.js';
import type { Report, StageRow } from '../../src/model/report.js';
import { present } from '../../src/model/sources.js';
import { mergeReports } from '../../src/report/merge.js';
import { folds, type GroupPath } from '../../src/summary/summary-fold.js';
import { chunkStates, readLines } from '../support/folded.js';
import { pipelineReport, report, row } from '../support/report-fixture.js';

const summaryOf = (lines: readonly (string | Uint8Array)[], linesAChunk?: number) =>
  readLines(folds, undefined, lines, linesAChunk);
const reportOf = (lines: readonly (string | Uint8Array)[], linesAChunk?: number): Report =>
  summaryOf(lines, linesAChunk).result.report;

const EMPTY_COMPOSITION = {
  js_heap_kb: 1,
  worker_heaps_kb: null,
  buffers_kb: null,
  strings_kb: null,
  wasm_kb: null,
  native_kb: 2,
  allocator_free_kb: null,
  mapped_kb: 1,
  files_kb: 0,
  code_kb: 5,
  stacks_kb: 0,
  shared_kb: 0,
  other_kb: -1,
};

/** The profiles of records, as mergeReports is given them. */
const profilesOf = (texts: readonly string[]) => texts.map((text): Report => JSON.parse(text).profile);

const lines = (reports: readonly Report[]) => reports.map((profile) => JSON.stringify({ input: 'a', profile }));

const seconds = fc.oneof(
  fc.double({ min: 0, max: 1e6, noNaN: true }),
  fc.integer({ min: 0 }).map((ns) => ns / 1e9),
  fc.constantFrom(0, 1e-9, 9.36e-7, 2 ** -60),
);
const kib = fc.integer({ min: -(2 ** 40), max: 2 ** 40 });
const histogram = fc
  .uniqueArray(fc.tuple(fc.nat(336), fc.nat(1e6)), { selector: ([bucket]) => bucket, maxLength: 4 })
  .map((pairs) => pairs.sort(([a], [b]) => a - b));
const octaves = fc.option(
  fc
    .uniqueArray(fc.tuple(fc.nat(31), kib), { selector: ([octave]) => octave, minLength: 1, maxLength: 4 })
    .map((pairs) => pairs.sort(([a], [b]) => a - b)),
);
const modules = fc.option(
  fc.dictionary(fc.constantFrom('sharp', '__proto__', 'a"b'), fc.nat(), { maxKeys: 2, noNullPrototype: true }),
);
const composition = fc.option(
  fc.nat(9).map((rss_kb) => ({ ...EMPTY_COMPOSITION, rss_kb, mapped_modules: { a: rss_kb }, files: {} })),
);
const values = fc.record(
  Object.fromEntries(
    METRICS.map(({ field, unit }) => [
      field,
      unit === 'histogram'
        ? histogram
        : unit === 'modules'
          ? modules
          : unit === 'octaves'
            ? octaves
            : unit === 'count'
              ? fc.nat()
              : fc.option(unit === 's' ? seconds : kib),
    ]),
  ),
);
const label = fc.oneof(fc.constantFrom('a', 'a.b', 'größe', '__proto__', 'a"b', 'c\\d', 'e\nf', ''), fc.string());
const stages = fc.array(
  fc.tuple(label, values).map(([stage, numbers]) => row(stage, numbers as Partial<StageRow>)),
  { maxLength: 5 },
);
const program = values.map((numbers) => row('(program)', numbers as Partial<StageRow>));
const anyReport = fc
  .record({
    total_wall_s: seconds,
    total_cpu_s: fc.option(seconds),
    outside_wall_s: seconds,
    rss_kb_peak: fc.option(fc.nat()),
    pid: fc.option(fc.nat(3)),
    labels_folded: fc.nat(3),
    composition,
    // Nearly always there: where one report lacks it, the sum has none.
    program: fc.option(program, { freq: 50 }),
    processes: fc.option(fc.nat(3), { nil: undefined }),
    warnings: fc.constantFrom([], [], ['a: 1'], ['a: 2', 'b']),
    node: fc.constantFrom('v20.20.0', 'v24.21.0'),
    readings: fc.nat(9),
    shared: fc.constantFrom(0, 7, 8),
    slurm: fc.option(
      fc.record({ job: fc.constantFrom('1', '2'), array_job: fc.constant('9'), array_task: fc.constant(null) }),
      {
        nil: undefined,
      },
    ),
    stages,
  })
  .map(({ readings, shared, slurm, processes, ...members }) =>
    report({
      ...members,
      sources: {
        ...report().sources,
        native: { ...present('sampled', 'mallinfo2'), readings, skipped: 1 },
        attribution: { ...report().sources.attribution, shared_entries: shared },
      },
      ...(processes === undefined ? {} : { processes }),
      ...(slurm === undefined ? {} : { slurm }),
    }),
  );

describe('records come to what mergeReports makes of their profiles, to the last digit', () => {
  test('whatever their reports hold and wherever the work is divided', () => {
    fc.assert(
      fc.property(
        fc.array(anyReport, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        (reports, size) => {
          expect(reportOf(lines(reports), size)).toStrictEqual(mergeReports(profilesOf(lines(reports))));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('where most reports are of one shape', () => {
    const stagesOf = fc
      .array(values, { minLength: 2, maxLength: 2 })
      .map(([a, b]) => [row('a', a as Partial<StageRow>), row('a.b', b as Partial<StageRow>)]);
    const alike = fc
      .tuple(anyReport, program, stagesOf)
      .map(([any, whole, rows]) => ({ ...any, program: whole, node: 'v20.20.0', stages: rows }));
    fc.assert(
      fc.property(fc.array(alike, { minLength: 20, maxLength: 20 }), (reports) => {
        expect(reportOf(lines(reports), 7)).toStrictEqual(mergeReports(profilesOf(lines(reports))));
      }),
      { numRuns: 100 },
    );
  });

  test.each([
    ['blanks between the tokens', (text: string) => text.replaceAll('":', '" : ')],
    ['a member that is not known', (text: string) => text.replaceAll('"calls":', '"later":{"a":[1]},"calls":')],
    [
      'members in another order',
      (text: string) =>
        text.replace('"pid":4711,"thread":0,', '').replace('"schema"', '"thread":0,"pid":4711,"schema"'),
    ],
    ['exponents', (text: string) => text.replaceAll(/"wall_max_s":([\d.]+)/g, '"wall_max_s":$1e0')],
  ])('with %s', (_, rewritten) => {
    const reports = [pipelineReport(), pipelineReport(), pipelineReport()];
    expect(reportOf(lines(reports).map(rewritten))).toStrictEqual(mergeReports(reports));
  });

  test('with an older row that lacks a field between newer ones', () => {
    const { gc_s: _, ...older } = row('a', { gc_calls: 2 });
    const reports = [
      pipelineReport(),
      report({ stages: [older as StageRow] }),
      pipelineReport(),
      report({ stages: [older as StageRow] }),
    ];
    expect(reportOf(lines(reports))).toStrictEqual(mergeReports(reports));
  });
});

test('nothing is added of a report of a known shape in which one number is wrong', () => {
  const good = lines([pipelineReport(), pipelineReport()]);
  for (const wrong of ['1e400', '1e300', '"1"', '01', 'true', '[]', '-']) {
    const bad = good[0]!.replace(/"wall_s":[\d.]+(?=.*"stage":"flush")/, `"wall_s":${wrong}`);
    const { outcome, result } = summaryOf([...good, bad]);
    expect(outcome).toMatchObject({ records: 2, malformed: 1 });
    expect(result.report).toStrictEqual(mergeReports([pipelineReport(), pipelineReport()]));
  }
});

test('hostile names are ordinary', () => {
  const stages = ['__proto__', 'constructor', 'toString'].map((name) => row(name, { calls: 1, wall_s: 1 }));
  const profile = report({ stages });
  const line = `{"__proto__":{"polluted":1},"input":"__proto__","profile":${JSON.stringify(profile).replace('{', '{"__proto__":{"polluted":1},')}}`;
  expect(reportOf([line, line]).stages.map(({ stage, calls }) => [stage, calls])).toEqual([
    ['__proto__', 2],
    ['constructor', 2],
    ['toString', 2],
  ]);
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
});

test('a profile nested as deep as its line is long is refused', () => {
  const { outcome } = summaryOf([`{"profile":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`]);
  expect(outcome.named).toEqual([expect.stringContaining('deeper than a report')]);
});

describe('the worst input', () => {
  const of = (input: unknown, wall: number, peak: number | null) =>
    JSON.stringify({ input, profile: report({ stages: [row('a', { wall_s: wall, rss_kb_peak_max: peak })] }) });

  test('is the first with the highest value, with its line', () => {
    const texts = [of('x', 1, null), of('y', 3, 10), of('z', 3, 20), of('größe', 2, 20)];
    for (const linesAChunk of [4, 1]) {
      expect(summaryOf(texts, linesAChunk).result.worstOf('a')).toEqual({
        wall_s: { file: 'a.jsonl', line: 2, value: 3, input: 'y' },
        rss_kb_peak_max: { file: 'a.jsonl', line: 3, value: 20, input: 'z' },
        rss_kb_added: null,
      });
    }
  });

  test('by memory is the one that added most to what its process had before, where that is known', () => {
    const ended = (input: string, [now, growth]: readonly [number, number | null], peak: number) => {
      const program = growth === null ? null : row('(program)', { rss_kb_delta: growth });
      const stages = [row('a', { rss_kb_peak_max: peak }), row('b', { rss_kb_peak_max: null })];
      return JSON.stringify({ input, profile: report({ rss_kb_now: now, program, stages }) });
    };
    const texts = [
      ended('first', [500, 100], 520),
      ended('spike', [510, 10], 900),
      ended('last', [990, 10], 1000),
      ended('unknown', [990, null], 990),
    ];
    for (const linesAChunk of [4, 1]) {
      const { worstOf } = summaryOf(texts, linesAChunk).result;
      expect(worstOf('a').rss_kb_added).toEqual({ file: 'a.jsonl', line: 2, value: 400, input: 'spike' });
      expect(worstOf('a').rss_kb_peak_max).toMatchObject({ value: 1000, input: 'last' });
      expect(worstOf('b').rss_kb_added).toBeNull();
    }
  });

  test.each([
    [undefined, null],
    [null, null],
    [{ page: 1 }, '{"page":1}'],
    ['a\u001b[31m', 'a\u001b[31m'],
  ])('%j is named %j', (input, name) => {
    expect(summaryOf([of(input, 1, 1)]).result.worstOf('a').wall_s!.input).toBe(name);
  });
});

describe('groups', () => {
  const record = (member: object, wall: number, others: object = {}) =>
    JSON.stringify({
      ...member,
      ...others,
      profile: report({
        total_wall_s: wall,
        total_cpu_s: 2,
        rss_kb_peak: 7,
        stages: [
          row('b', { gc_s: 1, js_kb_peak_max: 5 }),
          row('b.c', { gc_s: 1 }),
          row('d', { gc_s: 3, js_kb_peak_max: 4 }),
        ],
      }),
    });
  const rowsOf = (texts: string[], path: GroupPath) => {
    const [state] = chunkStates(folds, path, texts);
    return state!.own.groups!.rows.map(([name, { high }, buckets]) => ({
      name,
      high,
      calls: [...buckets.counts].filter((count) => count > 0),
    }));
  };
  const at = (field: string) =>
    METRICS.filter(({ unit }) => !['histogram', 'modules', 'octaves'].includes(unit)).findIndex(
      (metric) => metric.field === field,
    );

  test('are calls by the value of a member: whole records from their header, the rest from outermost stages', () => {
    const [first, second] = rowsOf(
      [record({ kind: 'a' }, 1), record({ kind: 'b' }, 2), record({ kind: 'a' }, 4, { error: { kind: 'x' } })],
      ['kind'],
    );
    expect(second!.name).toBe('b');
    expect(first).toMatchObject({ name: 'a', calls: [1, 1] });
    const expected = {
      calls: 2,
      errors: 1,
      wall_s: 5,
      wall_max_s: 4,
      cpu_s: 4,
      rss_kb_peak_max: 7,
      gc_s: 8,
      js_kb_peak_max: 5,
    };
    for (const [field, value] of Object.entries(expected))
      expect([field, first!.high[at(field)]]).toEqual([field, value]);
  });

  test('have what ran in a stage whose label ends in a dot: it is below no other stage', () => {
    const stages = [row('b', { gc_s: 1 }), row('b.', { gc_s: 2 }), row('b..c', { gc_s: 4 }), row('.b', { gc_s: 8 })];
    const text = JSON.stringify({ kind: 'a', profile: report({ total_wall_s: 20, stages }) });
    expect(rowsOf([text], ['kind'])[0]!.high[at('gc_s')]).toBe(11);
  });

  test.each([
    [{ settings: { model: 'm' } }, 'm'],
    [{ settings: { model: 3 } }, '3'],
    [{ settings: { model: null } }, 'null'],
    [{ settings: 'text' }, '(none)'],
    [{}, '(none)'],
    [{ settings: { model: { a: [1] } } }, '{"a":[1]}'],
  ])('%j has the name %s', (member, name) => {
    expect(rowsOf([record(member, 1)], ['settings', 'model'])[0]!.name).toBe(name);
  });

  test('are not made by members that every object inherits', () => {
    expect(rowsOf([record({ a: {} }, 1)], ['a', 'constructor'])[0]!.name).toBe('(none)');
    expect(rowsOf([record({}, 1)], ['toString'])[0]!.name).toBe('(none)');
  });
});

test('a source that is not known here may be anything', () => {
  const { sources, ...others } = pipelineReport();
  const records = [null, 5, {}, null].map((further) =>
    JSON.stringify({ input: 'a', profile: { ...others, sources: { ...sources, further } } }),
  );
  const { outcome, result } = summaryOf(records);
  expect(outcome).toMatchObject({ records: 4, malformed: 0 });
  expect(result.report).toStrictEqual(mergeReports(profilesOf(records)));
});

test('a malformed composition is refused, also where the shape of the report is known', () => {
  const records = [{ ...EMPTY_COMPOSITION, mapped_modules: {} }, 5, { rss_kb: '1' }].map((composition) =>
    JSON.stringify({ input: 'a', profile: { ...pipelineReport(), composition } }),
  );
  const { outcome } = summaryOf([records[0]!, ...records]);
  expect(outcome).toMatchObject({ records: 2, malformed: 2 });
  expect(outcome.named).toEqual([expect.stringMatching(/^a\.jsonl:3: /), expect.stringMatching(/^a\.jsonl:4: /)]);
});

test('records that are the same to the letter are each added', () => {
  const use = { total: 3, outside: 1 };
  const groups = [{ group: 'this_thread', name: null, threads: 1, cpu_s: 2 }] as const;
  const profile = {
    ...pipelineReport(),
    exact: { thread_cpu_s: use, js_kb_alloc: use, native_kb_alloc: null },
    threads: { source: present('exact', 'clocks'), groups },
  };
  const records = Array.from({ length: 5 }, () => JSON.stringify({ input: 'a', profile }));
  const expected = mergeReports(profilesOf(records));
  expect(expected.exact!.thread_cpu_s).toEqual({ total: 15, outside: 5 });
  expect(reportOf(records)).toStrictEqual(expected);
  expect(reportOf(records, 2)).toStrictEqual(expected);
});

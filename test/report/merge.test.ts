import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NUMBER_METRICS } from '../../src/model/number-metrics.js';
import type { Report, StageRow } from '../../src/model/report.js';
import { absent, present } from '../../src/model/sources.js';
import { renderTable } from '../../src/render/table.js';
import { mergeReports, ReportMerger } from '../../src/report/merge.js';
import { pipelineReport, report, row } from '../support/report-fixture.js';

const withStages = (...stages: StageRow[]) => report({ stages });
const onlyRow = (...rows: StageRow[]) => mergeReports(rows.map((one) => withStages(one))).stages[0];

test('a single report is not changed by a merge', () => {
  expect(mergeReports([pipelineReport()])).toStrictEqual(pipelineReport());
});

test('rows are merged by label, in order of first entry', () => {
  const merged = mergeReports([withStages(row('b'), row('a')), withStages(row('c'), row('a'), row('d'))]);
  expect(merged.stages.map(({ stage }) => stage)).toEqual(['b', 'a', 'c', 'd']);
});

test.each(NUMBER_METRICS)('$field ($fold) of two reports is one value', ({ field, fold }) => {
  const merged = onlyRow(row('a', { [field]: 3 }), row('a', { [field]: 4 }));
  expect(merged?.[field]).toBe(fold === 'peak' || fold === 'max' ? 4 : 7);
});

test('the rows of whole programs are merged like rows of one label', () => {
  const program = row('(program)', { calls: 1, rss_kb_delta: 3, rss_kb_peak_max: 9, native_modules: { x: 1 } });
  expect(mergeReports([report({ program }), report({ program })]).program).toEqual({
    ...program,
    calls: 2,
    rss_kb_delta: 6,
    native_modules: { x: 2 },
  });
});

test.each(NUMBER_METRICS)('$field counts as not measured in a report that does not have it', ({ field }) => {
  const { [field]: _, ...without } = row('a', { [field]: 3 });
  const measured = row('a', { [field]: 3 });
  expect(onlyRow(without as StageRow, measured)).toEqual(onlyRow(row('a', { [field]: null }), measured));
});

test('a member of a later version is left out', () => {
  const later = { ...report({ stages: [{ ...row('a'), later: 1 } as StageRow] }), later: { a: 1 } };
  expect(mergeReports([later])).toEqual(mergeReports([withStages(row('a'))]));
});

test.each([[null], [undefined]])('the program is unknown if that of one report is %s', (missing) => {
  const older = { ...report(), program: missing } as Report;
  const newer = report({ program: row('(program)', { calls: 1 }) });
  for (const given of [
    [older, newer],
    [newer, older],
  ]) {
    expect(mergeReports(given).program).toBeNull();
  }
});

test('modules of two reports are added by name, whatever the name', () => {
  const merged = onlyRow(
    row('a', { native_modules: JSON.parse('{"x.node":1,"__proto__":2}') }),
    row('a'),
    row('a', { native_modules: JSON.parse('{"__proto__":3,"y.node":4}') }),
  );
  expect(JSON.stringify(merged?.native_modules)).toBe('{"x.node":1,"__proto__":5,"y.node":4}');
});

test('a value that is null in one report is taken from the other, even if it is negative', () => {
  expect(onlyRow(row('a'), row('a', { rss_kb_delta: -5 }))?.rss_kb_delta).toBe(-5);
  expect(onlyRow(row('a', { rss_kb_peak_max: 7 }), row('a'))?.rss_kb_peak_max).toBe(7);
});

test('a value that is null in all reports stays null', () => {
  expect(onlyRow(row('a'), row('a'))?.wall_s).toBeNull();
});

test('a field that an older report lacks was not measured', () => {
  const { gc_s: _, errors: __, ...older } = row('a', { gc_calls: 2 });
  expect(onlyRow(older as StageRow)).toEqual(row('a', { gc_calls: 2 }));
});

test('histograms add bucket by bucket and stay sorted', () => {
  const merged = onlyRow(
    row('a', {
      wall_hist: [
        [9, 1],
        [120, 2],
      ],
    }),
    row('a', {
      wall_hist: [
        [7, 4],
        [120, 5],
      ],
    }),
  );
  expect(merged?.wall_hist).toEqual([
    [7, 4],
    [9, 1],
    [120, 7],
  ]);
});

test('growth adds up octave by octave, and one report may lack it', () => {
  const growth = (...pairs: [number, number][]) => row('a', { growth_by_octave: pairs });
  const { growth_by_octave: _, ...older } = row('a');
  const merged = onlyRow(growth([0, 900], [3, -7]), row('a'), older as StageRow, growth([0, 100], [1, 5], [3, 7]));
  expect(merged?.growth_by_octave).toEqual([
    [0, 1000],
    [1, 5],
    [3, 0],
  ]);
});

test('labels that name members of every object are ordinary', () => {
  const stages = ['__proto__', 'constructor', 'toString'].map((label) => row(label, { calls: 1 }));
  const merged = mergeReports([withStages(...stages), withStages(...stages)]);
  expect(merged.stages.map(({ stage, calls }) => [stage, calls])).toEqual([
    ['__proto__', 2],
    ['constructor', 2],
    ['toString', 2],
  ]);
});

test('totals are added, and the highest resident memory is kept', () => {
  const other = {
    total_wall_s: 5,
    total_cpu_s: null,
    outside_wall_s: 2,
    outside_cpu_s: 0.25,
    overhead_s: 1,
    labels_folded: 3,
  };
  expect(mergeReports([report(), report({ ...other, rss_kb_now: 120_000, rss_kb_peak: 150_000 })])).toMatchObject({
    total_wall_s: 15,
    total_cpu_s: 8,
    outside_wall_s: 3,
    outside_cpu_s: 0.75,
    overhead_s: 1.001,
    labels_folded: 3,
    rss_kb_now: 120_000,
    rss_kb_peak: 200_000,
  });
});

test('a total that no report has stays null', () => {
  const { total_cpu_s, rss_kb_peak } = mergeReports(Array(2).fill(report({ total_cpu_s: null, rss_kb_peak: null })));
  expect([total_cpu_s, rss_kb_peak]).toEqual([null, null]);
});

test('memory counts as traced only if all reports traced it', () => {
  const merged = mergeReports([report(), report({ native_memory_traced: false })]);
  expect([merged.js_memory_traced, merged.native_memory_traced]).toEqual([true, false]);
});

test('the weaker truth of each source is kept', () => {
  const { sources } = report();
  const merged = mergeReports([report(), report({ sources: { ...sources, gc: absent('no symbols') } })]);
  expect(merged.sources.gc.truth).toBe('absent');
  expect(merged.sources.rss).toEqual(present('exact', '/proc/self/statm'));
});

test('warnings of equal text become one, with their counts added', () => {
  expect(mergeReports([report({ warnings: ['a: 1', 'b: 1'] }), report({ warnings: ['b: 2'] })]).warnings).toEqual([
    'a: 1',
    'b: 3',
  ]);
});

test('what identifies a process is kept if all reports agree, and is null otherwise', () => {
  const merged = mergeReports([report({ pid: 1 }), report({ pid: 2 }), report({ pid: 1 })]);
  expect([merged.node, merged.pid, merged.thread]).toEqual(['v20.20.0', null, 0]);
});

test('each id of a Slurm job is kept if all reports agree, and all are omitted if a report has none', () => {
  const task = (array_task: string) => report({ slurm: { job: array_task, array_job: '7', array_task } });
  expect(mergeReports([task('1'), task('2')]).slurm).toEqual({ job: null, array_job: '7', array_task: null });
  expect('slurm' in mergeReports([task('1'), report(), task('1')])).toBe(false);
});

test('the numbers of processes are added, and unknown if one report has none', () => {
  expect(mergeReports([report({ processes: 2 }), report({ processes: 3 })]).processes).toBe(5);
  const mixed = [report({ processes: 2 }), report(), report({ processes: 3 })];
  expect('processes' in mergeReports(mixed)).toBe(false);
  expect('processes' in mergeReports(mixed.reverse())).toBe(false);
});

test('no reports make an empty report', () => {
  expect(mergeReports([])).toStrictEqual({
    ...report({
      total_wall_s: 0,
      total_cpu_s: null,
      outside_wall_s: 0,
      outside_cpu_s: null,
      rss_kb_now: null,
      rss_kb_peak: null,
    }),
    js_memory_traced: false,
    native_memory_traced: false,
    sources: Object.fromEntries(Object.keys(report().sources).map((name) => [name, absent('no report was merged')])),
    overhead_s: null,
    node: null,
    pid: null,
    thread: null,
  });
});

test.each([
  ['stageprof/2', '"stageprof/2"'],
  [undefined, 'undefined'],
])('a report of schema %j is refused', (schema, shown) => {
  const other = { ...report(), schema } as unknown as Report;
  expect(() => mergeReports([report(), other])).toThrow(
    expect.objectContaining({
      code: 'ERR_STAGEPROF_SCHEMA',
      message: expect.stringContaining(`"stageprof/1", received ${shown}`),
    }),
  );
});

test('an iterable is read once, one report at a time', () => {
  const log: string[] = [];
  function* reports() {
    for (const name of ['a', 'b']) {
      log.push(`given ${name}`);
      const stages = () => {
        log.push(`read ${name}`);
        return [];
      };
      yield Object.defineProperty(report(), 'stages', { enumerable: true, get: stages });
    }
  }
  mergeReports(reports());
  expect(log.filter((line, index) => line !== log[index - 1])).toEqual(['given a', 'read a', 'given b', 'read b']);
});

test('a result does not change when more reports are added', () => {
  const merger = new ReportMerger();
  merger.add(withStages(row('a', { calls: 1 })));
  const early = merger.result();
  merger.add(withStages(row('a', { calls: 1 })));
  expect(early.stages[0]?.calls).toBe(1);
  expect(merger.result().stages[0]?.calls).toBe(2);
});

test('the merged reports are not changed', () => {
  const given = [pipelineReport(), pipelineReport()];
  mergeReports(given);
  expect(given).toStrictEqual([pipelineReport(), pipelineReport()]);
});

// Whole numbers, which the oracle can add in any order without an error.
const whole = fc.integer({ min: -1000, max: 1000 });
const stageRow = fc
  .record({
    stage: fc.constantFrom('a', 'a.b', 'c', '__proto__'),
    wall_s: fc.option(whole),
    rss_kb_delta: fc.option(whole),
    js_kb_peak_max: fc.option(whole),
    calls: fc.nat(100),
    buckets: fc.dictionary(fc.constantFrom('3', '40', '41'), fc.integer({ min: 1, max: 9 })),
  })
  .map(({ stage, buckets, ...values }) =>
    row(stage, {
      ...values,
      wall_hist: Object.entries(buckets)
        .map(([bucket, n]) => [Number(bucket), n] as const)
        .sort(([a], [b]) => a - b),
    }),
  );
const anyReport = fc
  .record({
    total_wall_s: fc.nat(100),
    total_cpu_s: fc.option(fc.nat(100)),
    rss_kb_peak: fc.option(fc.nat(100)),
    js_memory_traced: fc.boolean(),
    warnings: fc.uniqueArray(fc.constantFrom('a: 1', 'b: 2', 'c'), { maxLength: 3 }),
    node: fc.constantFrom('v20.20.0', 'v24.21.0', null),
    gc: fc.constantFrom(present('exact', 'callbacks'), present('sampled', 'boundary'), absent('no symbols')),
    slurm: fc.option(
      fc.record({ job: fc.constantFrom('1', '2', null), array_job: fc.constant('9'), array_task: fc.constant(null) }),
      { nil: undefined },
    ),
    stages: fc.uniqueArray(stageRow, { selector: ({ stage }) => stage, maxLength: 4 }),
  })
  .map(({ gc, slurm, ...members }) =>
    report({ ...members, sources: { ...report().sources, gc }, ...(slurm === undefined ? {} : { slurm }) }),
  );

/** Only the order of first entry may differ. */
function unordered(value: Report): Report {
  const byLabel = (a: StageRow, b: StageRow) => (a.stage < b.stage ? -1 : 1);
  return { ...value, stages: value.stages.toSorted(byLabel), warnings: value.warnings.toSorted() };
}

test('merging is idempotent on one report, associative, and commutative except for the order of rows', () => {
  fc.assert(
    fc.property(anyReport, anyReport, anyReport, (a, b, c) => {
      expect(mergeReports([a])).toStrictEqual(a);
      const together = mergeReports([a, b, c]);
      expect(mergeReports([mergeReports([a, b]), c])).toStrictEqual(together);
      expect(mergeReports([a, mergeReports([b, c])])).toStrictEqual(together);
      expect(unordered(mergeReports([c, a, b]))).toStrictEqual(unordered(together));
    }),
  );
});

test('a member that no report has is null, and the table has no column for it', () => {
  const { composition: _, exact: __, node: ___, ...older } = pipelineReport();
  const merged = mergeReports([older as Report, older as Report]);
  expect(merged).toMatchObject({ composition: null, exact: null, node: null });
  expect(merged).not.toHaveProperty('threads');
  expect(renderTable(merged)).toContain('scan');
});

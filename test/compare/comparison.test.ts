import { describe, expect, test } from 'vitest';
import type { Comparison } from '../../src/compare/comparison.js';
import type { InputWeights } from '../../src/compare/inputs.js';
import { originOf, type ReadSide } from '../../src/compare/open-side.js';
import { compareSides } from '../../src/compare/record-comparison.js';
import { compareRows, rowsOfReport, rowsOfSide } from '../../src/compare/report-comparison.js';
import type { Side } from '../../src/compare/side.js';
import { folds } from '../../src/compare/side-fold.js';
import type { NumberField } from '../../src/model/number-metrics.js';
import type { Report, StageRow } from '../../src/model/report.js';
import { readLines } from '../support/folded.js';
import { report, row } from '../support/report-fixture.js';

interface SideOptions {
  readonly isMatched?: boolean;
  readonly weights?: InputWeights;
}

/** What records come to, read in two chunks. */
function readSideOf(records: readonly object[], fields: readonly NumberField[], options: SideOptions = {}): ReadSide {
  const lines = records.map((one) => JSON.stringify(one));
  const sideOptions = { fields, isMatched: true, weights: undefined, ...options };
  const { outcome, result } = readLines(folds, sideOptions, lines, Math.ceil(lines.length / 2));
  return { outcome, side: result };
}

const sideOf = (...args: Parameters<typeof readSideOf>): Side => readSideOf(...args).side;

const record = (input: string | undefined, stages: StageRow[], members: Partial<Report> = {}, others = {}) => ({
  input,
  ...others,
  profile: report({ stages, ...members }),
});

/** Ten inputs of one stage each, whose values `of` gives. */
const tenRecords = (of: (index: number) => Partial<StageRow>, pid = (_: number) => 1) =>
  Array.from({ length: 10 }, (_, index) => record(`in ${index}`, [row('scan', of(index))], { pid: pid(index) }));

function compared(
  base: readonly object[],
  next: readonly object[],
  fields: readonly NumberField[],
  options: SideOptions = {},
): Comparison[] {
  const { isMatched = true } = options;
  return compareSides(sideOf(base, fields, options), sideOf(next, fields, options), {
    fields,
    confidence: 0.95,
    isMatched,
    areRuns: false,
  });
}

describe('of records', () => {
  test('times are totals, and the interval has the change', () => {
    const [wall] = compared(
      tenRecords((index) => ({ wall_s: 1 + index })),
      tenRecords((index) => ({ wall_s: (1 + index) * (1.18 + 0.004 * index) })),
      ['wall_s'],
    );
    expect(wall).toMatchObject({
      stage: 'scan',
      statistic: 'total',
      state: 'both',
      base: 55,
      inputs: { base: 10, new: 10 },
    });
    expect(wall!.new! - wall!.base!).toBeCloseTo(wall!.difference!.value, 9);
    expect(wall!.relative!.value).toBeCloseTo(0.204, 3);
    expect(wall!.relative!.low).toBeGreaterThan(0.18);
    expect(wall!.relative!.high).toBeLessThan(0.23);
    expect(wall!.relative!.probability).toBeLessThan(1e-6);
  });

  test('failed records and those without profile or input are left out and counted', () => {
    const good = tenRecords(() => ({ wall_s: 1 }));
    const bad = [
      record('in 1', [row('scan', { wall_s: 1000 })], {}, { error: { kind: 'exception' } }),
      record(undefined, [row('scan', { wall_s: 1000 })]),
      { input: 'in 2' },
      { input: 'in 3', error: { kind: 'exception' } },
    ];
    const read = readSideOf([...bad, ...good], ['wall_s']);
    expect(read.side.compared).toBe(10);
    const origin = originOf({ name: 'base', files: [], report: undefined }, read);
    expect(origin).toMatchObject({ records: 14, failed: 2, unprofiled: 1, nameless: 1 });
    const [wall] = compared([...bad, ...good], good, ['wall_s']);
    expect(wall).toMatchObject({ base: 10, new: 10, relative: { value: 0, low: 0, high: 0, probability: 1 } });
  });

  test('the whole program is a label of its own', () => {
    const program = row('(program)', { wall_s: 3 });
    const records = tenRecords(() => ({ wall_s: 1 })).map(({ input, profile }) => ({
      input,
      profile: { ...profile, program },
    }));
    expect(compared(records, records, ['wall_s']).map(({ stage, base }) => [stage, base])).toEqual([
      ['(program)', 30],
      ['scan', 10],
    ]);
  });

  test('a label of one side is new or gone, and has no change', () => {
    const base = [record('a', [row('old', { wall_s: 1 })])];
    const next = [record('a', [row('young', { wall_s: 2 })])];
    expect(compared(base, next, ['wall_s'])).toMatchObject([
      { stage: 'old', state: 'gone', base: 1, new: null, difference: null, whyNoInterval: null },
      { stage: 'young', state: 'new', base: null, new: 2, difference: null },
    ]);
  });

  test('a label in fewer than five inputs has a change without an interval', () => {
    const one = [record('a', [row('scan', { wall_s: 4 })])];
    const [wall] = compared(one, [record('a', [row('scan', { wall_s: 5 })])], ['wall_s']);
    expect(wall).toMatchObject({
      relative: { value: 0.25, low: null, high: null, probability: null },
      whyNoInterval: '1 input: 5 are needed',
    });
  });

  test('a metric that no record has is left out, and one that a side lacks has no change', () => {
    const found = compared(
      tenRecords(() => ({ wall_s: 1 })),
      tenRecords(() => ({ wall_s: 1, cpu_s: 1 })),
      ['wall_s', 'cpu_s', 'native_allocs'],
    );
    expect(found.map(({ field, base, difference }) => [field, base, difference?.value])).toEqual([
      ['wall_s', 10, 0],
      ['cpu_s', null, undefined],
    ]);
  });

  test('rows without the number count as the mean of those that have it', () => {
    const [cpu] = compared(
      tenRecords((index) => ({ cpu_s: index < 5 ? 2 : null })),
      tenRecords(() => ({ cpu_s: 3 })),
      ['cpu_s'],
    );
    expect(cpu).toMatchObject({ statistic: 'total', base: 20, new: 30, unmeasured: { base: 5, new: 0 } });
    expect(cpu!.relative!.value).toBeCloseTo(0.5, 12);
  });

  test('with weights an input counts once, however often it was run, and an input without weight not at all', () => {
    const hashes = sideInputs([record('a', []), record('b', [])]);
    const weights = { hashes, weights: Float64Array.from(hashes, () => 0.5) };
    const twice = ['a', 'b', 'a', 'c', 'b'].map((name, index) => record(name, [row('scan', { wall_s: index })]));
    const { labels } = sideOf(twice, ['wall_s'], { weights });
    const { sums } = labels.get('scan')!.byInput(0);
    expect(sums.reduce((sum, value) => sum + value, 0)).toBe((0 + 1 + 2 + 4) / 2);
  });

  test('a time is the mean of a record where inputs are not matched', () => {
    const [wall] = compared(
      tenRecords((index) => ({ wall_s: 1 + index })),
      tenRecords((index) => ({ wall_s: 2 + index })).slice(0, 9),
      ['wall_s'],
      { isMatched: false },
    );
    expect(wall).toMatchObject({ statistic: 'mean', base: 5.5, new: 6 });
  });
});

describe('levels', () => {
  const fields = ['rss_kb_peak_max', 'rss_kb_delta'] as const;
  const side = (kib: number, pid?: (index: number) => number) =>
    tenRecords((index) => ({ rss_kb_peak_max: kib + index, rss_kb_delta: index - 3 }), pid);

  test('of one process have no interval, however many records it made', () => {
    const [peak, growth] = compared(side(1000), side(2000), fields);
    expect(peak).toMatchObject({
      statistic: 'mean',
      base: 1004.5,
      new: 2004.5,
      highest: { base: 1009, new: 2009 },
      relative: { low: null },
      whyNoInterval: 'a level of 1 process in base and 1 in new, where 5 each are needed',
    });
    expect(growth).toMatchObject({ base: 1.5, difference: { value: 0, low: null }, relative: null });
  });

  test('are paired by input where each record has its own process', () => {
    const [peak, growth] = compared(
      side(1000, (index) => index),
      side(2000, (index) => 100 + index),
      fields,
    );
    expect(peak!.difference).toMatchObject({ value: 1000, low: 1000, high: 1000, probability: 0 });
    expect(growth).toMatchObject({ difference: { value: 0, probability: 1 }, relative: null });
  });

  test('of one process id in ten tasks of an array are ten processes', () => {
    const tasks = Array.from({ length: 10 }, (_, index) =>
      record(`in ${index}`, [row('scan')], {
        slurm: { job: `${90 + index}`, array_job: '90', array_task: `${index}` },
      }),
    );
    expect(sideOf(tasks, ['rss_kb_peak_max']).processes).toBe(10);
  });

  test('of five processes are known as well as five processes tell', () => {
    const five = (index: number) => index % 5;
    const [peak] = compared(side(1000, five), side(1004, five), fields);
    // Pairs of records would make the change certain: all have 4 KiB more.
    expect(peak!.difference!.value).toBeCloseTo(4, 9);
    expect(peak!.difference!.probability).toBeGreaterThan(1e-3);
    expect(peak!.difference!.probability).toBeLessThan(0.05);
  });
});

describe('of reports', () => {
  const base = report({ stages: [row('scan', { wall_s: 4, rss_kb_peak_max: 10, js_kb_delta: -5 }), row('old')] });
  const next = report({ stages: [row('scan', { wall_s: 5, rss_kb_peak_max: 30, js_kb_delta: 5 })] });
  const fields = ['wall_s', 'rss_kb_peak_max', 'js_kb_delta'] as const;

  test('there is a change without an interval', () => {
    const why = 'a report does not tell how much runs differ: 5 runs of each side do, by stageprof run --repeat 5';
    expect(compareRows(rowsOfReport(base), rowsOfReport(next), fields)).toMatchObject([
      { field: 'wall_s', statistic: 'total', relative: { value: 0.25, probability: null }, whyNoInterval: why },
      { field: 'rss_kb_peak_max', statistic: 'highest', difference: { value: 20 }, relative: { value: 2 } },
      { field: 'js_kb_delta', difference: { value: 10 }, relative: null },
    ]);
  });

  test('records on the other side are what a report of them would have', () => {
    const records = ['a', 'b'].map((name) => record(name, [...base.stages]));
    const rows = rowsOfSide(sideOf(records, fields));
    expect(rows.get('scan')).toEqual({ wall_s: 8, rss_kb_peak_max: 10, js_kb_delta: -10 });
    expect(rows.get('old')).toEqual({ wall_s: null, rss_kb_peak_max: null, js_kb_delta: null });
  });
});

/** The hashes of the inputs, lowest first. */
const sideInputs = (records: readonly object[]): Float64Array => sideOf(records, []).inputs().hashes;

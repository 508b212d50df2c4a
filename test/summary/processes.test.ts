import { describe, expect, test } from 'vitest';
import type { Report, StageRow } from '../../src/model/report.js';
import { renderSummaryJson } from '../../src/summary/json.js';
import { folds } from '../../src/summary/summary-fold.js';
import { summaryView } from '../../src/summary/summary-view.js';
import { COMPOSITION, EXAMPLES, MIB } from '../support/finding-examples.js';
import { readLines } from '../support/folded.js';
import { report, row } from '../support/report-fixture.js';

const COMMON = { growth_by_octave: null, rss_kb_peak_max: 400 * MIB };

/** 200 MiB that stay, in a process that has no more than 210 MiB at once. */
const LEAK: Partial<StageRow> = { native_kb_delta: 200 * MIB, native_kb_peak_max: 210 * MIB };

/** 200 MiB that stay in strings, of which a process has 210 MiB at its end. */
const STRINGS: Partial<StageRow> = {
  ...EXAMPLES['string-growth'],
  native_kb_delta: 200 * MIB,
  external_kb_delta: 200 * MIB,
  rss_kb_delta: 200 * MIB,
  native_kb_peak_max: 210 * MIB,
  native_modules: { node: 210 * MIB },
};

function record(pid: number | null, values: Partial<StageRow>, header: Partial<Report> = {}): string {
  const all = { calls: 1, ...values, ...COMMON };
  const program = row('(program)', all);
  const composition = { ...COMPOSITION, strings_kb: 210 * MIB };
  const profile = report({ pid, program, composition, stages: [row('keep', all)], ...header });
  return JSON.stringify({ input: `${pid}`, profile });
}

/** The findings of the table, as `stage kind MiB`, and the report as it is written. */
function judged(lines: readonly string[], linesAChunk?: number) {
  const { outcome, result } = readLines(folds, undefined, lines, linesAChunk);
  const view = summaryView({ ...outcome, ...result }, { files: 1 });
  const found = [...view.findings.values()].flat().map(({ stage, kind, amount }) => `${stage} ${kind} ${amount / MIB}`);
  return { found, written: JSON.parse(renderSummaryJson(view)), processes: result.processes };
}

describe('records of several processes', () => {
  test.each([
    ['a growth above the peak of one', LEAK, 'keep native-growth 400'],
    ['a growth above what one had at its end', STRINGS, 'keep string-growth 400'],
  ])('%s is found', (_, values, expected) => {
    for (const linesAChunk of [2, 1]) {
      const { found, written } = judged([record(1, values), record(2, values)], linesAChunk);
      expect(found).toEqual([expected]);
      expect(written.findings.map(({ kind }: { kind: string }) => kind)).toEqual([expected.split(' ')[1]]);
      expect(written).not.toHaveProperty('processes');
    }
  });

  test('what fills up once in each of them is not found, however many they are', () => {
    const cache = { ...LEAK, native_kb_delta: 50 * MIB };
    const lines = Array.from({ length: 20 }, (_, index) => record(index + 1, cache));
    expect(judged(lines).found).toEqual([]);
  });

  test('a single call in each of them tells no leak from a warm-up', () => {
    const { written } = judged([record(1, LEAK), record(2, LEAK)]);
    expect(written.findings[0].text).toContain(
      ' in 2 calls of 2 processes: a leak only if further calls of one process add to it',
    );
    const further = judged([record(1, LEAK), record(2, LEAK), record(2, LEAK)]);
    expect(further.written.findings).toEqual([]);
    const less = { ...LEAK, native_kb_delta: 130 * MIB };
    const several = judged([record(1, less), record(2, less), record(2, less)]);
    expect(several.written.findings[0].text).toContain(' of live native blocks in 3 calls');
  });

  test('those that tell their number are counted by it, beside those that do not', () => {
    const told = { processes: 2, pid: null };
    const both = { ...LEAK, calls: 2, native_kb_delta: 400 * MIB };
    expect(judged([record(null, both, told)]).found).toEqual(['keep native-growth 400']);
    expect(judged([record(null, both, told), record(3, LEAK)]).processes).toBe(3);
  });
});

describe('records of one process', () => {
  test('a growth above its peak is not kept', () => {
    expect(judged([record(1, LEAK), record(1, LEAK)]).found).toEqual([]);
  });

  test('no more is told of its strings than it had at its end', () => {
    const twice = { ...STRINGS, native_kb_peak_max: 500 * MIB };
    expect(judged([record(1, twice), record(1, twice)]).found).toEqual([
      'keep string-growth 210',
      'keep buffer-growth 190',
    ]);
  });
});

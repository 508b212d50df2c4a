import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';
import { mergeReports, ReportMerger } from '../../src/report/merge.js';
import { pipelineReport, row } from '../support/report-fixture.js';

/** A report with one member set to something else. */
function damaged(path: readonly (string | number)[], value: unknown): Report {
  const report = structuredClone(pipelineReport()) as unknown as Record<string | number, unknown>;
  let place = report;
  for (const step of path.slice(0, -1)) place = place[step] as Record<string | number, unknown>;
  place[path.at(-1)!] = value;
  return report as unknown as Report;
}

describe('a value that is no report', () => {
  test.each([
    [['schema'], 'stageprof/0', '"stageprof/0"'],
    [['stages'], null, '"stages"'],
    [['stages', 1], null, '"stages[1].stage"'],
    [['stages', 1, 'stage'], 5, '"stages[1].stage"'],
    [['stages', 0, 'calls'], '1', '"stages[0].calls"'],
    [['stages', 0, 'wall_s'], Number.NaN, '"stages[0].wall_s"'],
    [['stages', 0, 'wall_hist'], undefined, '"stages[0].wall_hist"'],
    [['stages', 0, 'wall_hist'], [[1]], '"stages[0].wall_hist"'],
    [['stages', 0, 'wall_s'], 1e300, '"stages[0].wall_s"'],
    [['stages', 0, 'wall_hist'], [[100_000, 1]], '"stages[0].wall_hist"'],
    [['stages', 0, 'wall_hist'], [[-1, 1]], '"stages[0].wall_hist"'],
    [['stages', 0, 'wall_hist'], [[1, -1]], '"stages[0].wall_hist"'],
    [['stages', 0, 'growth_by_octave'], [[32, 1]], '"stages[0].growth_by_octave"'],
    [['stages', 0, 'growth_by_octave'], [[1, 0.5]], '"stages[0].growth_by_octave"'],
    [['stages', 0, 'growth_by_octave'], [[1]], '"stages[0].growth_by_octave"'],
    [['stages', 0, 'stage'], 'a'.repeat(5000), '"stages[0].stage"'],
    [['sources', 'gc'], {}, '"sources.gc"'],
    [['sources', 'gc', 'truth'], 'perhaps', '"sources.gc"'],
    [['sources', 'gc', 'readings'], '1', '"sources.gc"'],
    [['sources', 'gc', 'reason'], 1, '"sources.gc"'],
    [['sources'], undefined, '"sources.native"'],
    [['sources', 'gc'], 'exact', '"sources.gc"'],
    [['warnings'], [1], '"warnings"'],
    [['program'], row('(program)', { calls: Number.NaN }), '"program.calls"'],
    [['program'], 5, '"program.stage"'],
    [['composition'], 5, '"composition"'],
    [['composition'], { rss_kb: '1' }, '"composition"'],
    [['composition'], { mapped_modules: { sharp: null } }, '"composition"'],
    [['exact'], {}, '"exact"'],
    [['exact'], { thread_cpu_s: { total: 1 }, js_kb_alloc: null, native_kb_alloc: null }, '"exact"'],
    [['slurm'], null, '"slurm"'],
    [['slurm', 'job'], 5, '"slurm"'],
    [['threads'], { source: {}, groups: [] }, '"threads"'],
    [['total_wall_s'], '1', '"total_wall_s"'],
  ])('%j = %j is refused by name', (path, value, named) => {
    expect(() => mergeReports([damaged(path, value)])).toThrow(
      expect.objectContaining({ code: 'ERR_STAGEPROF_SCHEMA', message: expect.stringContaining(named) }),
    );
  });

  test.each([[undefined], [null], [5], [[]]])('%j is refused', (value) => {
    expect(() => mergeReports([value as unknown as Report])).toThrow(
      expect.objectContaining({ code: 'ERR_STAGEPROF_SCHEMA' }),
    );
  });
});

test('no part of a refused report is added', () => {
  const merger = new ReportMerger();
  merger.add(pipelineReport());
  expect(() => merger.add(damaged(['stages', 3, 'calls'], 'x'))).toThrow();
  expect(merger.result()).toEqual(mergeReports([pipelineReport()]));
});

import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';
import { present } from '../../src/model/sources.js';
import { outsideRow, stagesWallS } from '../../src/report/outside-row.js';
import { report, row } from '../support/report-fixture.js';

const program = row('(program)', {
  calls: 1,
  wall_s: 10,
  wall_self_s: 1,
  gc_s: 2,
  rss_kb_delta: 900,
  js_kb_delta: -50,
  rss_kb_peak_max: 5_000,
  native_kb_delta: 80,
  native_kb_peak_max: 700,
  native_modules: { 'a.node': 10, 'b.node': 4 },
});

/** Ten seconds, one of which is outside of `a` and `b`. */
function staged(members: Partial<Report> = {}): Report {
  return report({
    program,
    stages: [
      row('a', { calls: 1, wall_s: 5, gc_s: 0.5, rss_kb_delta: 300, js_kb_delta: 10, native_modules: { 'a.node': 9 } }),
      row('a.inner', { calls: 9, wall_s: 4, gc_s: 9, rss_kb_delta: 9_999, js_kb_delta: 9_999, overlapped_calls: 9 }),
      row('b', { calls: 1, wall_s: 4, gc_s: 0.25, rss_kb_delta: -20, js_kb_delta: 0, native_modules: { 'b.node': 4 } }),
    ],
    ...members,
  });
}

test('is the row of the program less those of the outermost stages', () => {
  expect(outsideRow(staged())).toMatchObject({
    stage: '(outside any stage)',
    calls: 1,
    wall_s: 1,
    wall_self_s: 1,
    gc_s: 1.25,
    rss_kb_delta: 620,
    js_kb_delta: -60,
    native_modules: { 'a.node': 1 },
  });
});

test('what modules hold may have become less outside of stages', () => {
  const whole = { ...program, native_live_modules: { 'a.node': 3 } };
  const stages = [
    row('a', { calls: 1, wall_s: 5, native_live_modules: { 'a.node': 3, 'b.node': 7 } }),
    row('b', { calls: 1, wall_s: 4, native_live_modules: { 'b.node': -2 } }),
  ];
  expect(outsideRow(staged({ program: whole, stages }))!.native_live_modules).toEqual({ 'b.node': -5 });
});

test('nothing is left if the stages have all of it, despite the error of subtracting doubles', () => {
  const stages = [row('a', { calls: 1, wall_s: 5, gc_s: 0.1 }), row('b', { calls: 1, wall_s: 4, gc_s: 0.2 })];
  expect(outsideRow(staged({ program: { ...program, gc_s: 0.3 + 1e-16 }, stages }))!.gc_s).toBe(0);
  expect(outsideRow(staged({ program: { ...program, gc_s: 0.300000001 }, stages }))!.gc_s).toBeCloseTo(1e-9, 12);
});

test('a number that a stage lacks, or whose source skipped readings, is not known outside either', () => {
  expect(outsideRow(staged())!.native_kb_delta).toBeNull();
  const rss = { ...present('sampled', 'statm'), readings: 9 };
  expect(outsideRow(staged({ sources: { ...report().sources, rss: { ...rss, skipped: 0 } } }))!.rss_kb_delta).toBe(620);
  expect(
    outsideRow(staged({ sources: { ...report().sources, rss: { ...rss, skipped: 1 } } }))!.rss_kb_delta,
  ).toBeNull();
});

test('a peak of the program may have been in a stage, so the peak of live blocks is not known outside', () => {
  expect(outsideRow(staged())).toMatchObject({ rss_kb_peak_max: 5_000, native_kb_peak_max: null });
});

test('is unknown if outermost stages overlapped, or outlived the stage that they are in', () => {
  const { stages } = staged();
  expect(outsideRow(staged({ outside_wall_s: 2 }))).toBeNull();
  expect(outsideRow(staged({ outside_wall_s: 0 }))).toBeNull();
  expect(outsideRow(staged({ stages: [{ ...stages[0]!, overlapped_calls: 1 }, ...stages.slice(1)] }))).toBeNull();
});

test('is the row of the program without stages, and unknown without such a row', () => {
  expect(outsideRow(staged({ stages: [] }))).toBe(program);
  expect(outsideRow(staged({ program: null }))).toBeNull();
  const { program: _, ...older } = staged();
  expect(outsideRow(older as Report)).toBeNull();
});

describe('of several processes, whose total is the elapsed time of one', () => {
  // Two processes of ten seconds side by side, each with nine seconds in stages.
  const merged: Partial<Report> = {
    stages_wall_s: 18,
    stages: [row('a', { calls: 2, wall_s: 10, gc_s: 0.5 }), row('b', { calls: 2, wall_s: 8, gc_s: 0.25 })],
  };

  test('it is the program less the outermost stages, with the elapsed time of that process', () => {
    expect(outsideRow(staged(merged))).toMatchObject({ wall_s: 1, gc_s: 1.25 });
  });

  test('it is unknown if the rows do not add up to the time in stages', () => {
    expect(outsideRow(staged({ ...merged, stages_wall_s: 17 }))).toBeNull();
  });

  test('the time in stages is computed from the total if the report lacks it', () => {
    const { stages_wall_s: _, ...older } = staged(merged);
    expect(outsideRow(older)).toBeNull();
    expect(stagesWallS(older)).toBe(9);
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';
import { folds, type InsideByTask } from '../../src/reconcile/inside-fold.js';
import { readLines } from '../support/folded.js';
import { report } from '../support/report-fixture.js';

const slurm = (task: string) => ({ job: '15', array_job: '12', array_task: task });

const insideOf = (profiles: readonly Partial<Report>[], linesAChunk?: number): InsideByTask =>
  readLines(
    folds,
    undefined,
    profiles.map((members) => JSON.stringify({ input: 'a', profile: report(members) })),
    linesAChunk,
  ).result;

const PEAKS = [
  [100, 90, 1],
  [300, 250, 1],
  [300, 120, 1],
  [200, 80, 2],
  [300, 200, 1],
] as const;

test.each([1, 2, 6])(
  'records of a task add up, and the level after its peak is the lowest one, %d a chunk',
  (lines) => {
    const members = { total_wall_s: 2, total_cpu_s: 1.5 };
    const { tasks } = insideOf(
      [
        ...PEAKS.map(([rss_kb_peak, rss_kb_now, pid]) => ({
          ...members,
          rss_kb_peak,
          rss_kb_now,
          pid,
          slurm: slurm('3'),
        })),
        { slurm: slurm('4') },
      ],
      lines,
    );
    expect(tasks.get('12_3')).toEqual({
      records: 5,
      wallS: 10,
      cpuS: 7.5,
      peakKib: 300,
      levelAfterPeakKib: 120,
      processes: 2,
    });
    expect([...tasks.keys()]).toEqual(['12_3', '12_4']);
  },
);

test('what was not measured stays null', () => {
  const none = { total_cpu_s: null, rss_kb_peak: null, rss_kb_now: null, pid: null, slurm: slurm('3') };
  expect(insideOf([none, none], 1).tasks.get('12_3')).toMatchObject({
    cpuS: null,
    peakKib: null,
    levelAfterPeakKib: null,
    processes: 0,
  });
});

test('records of no job are counted', () => {
  expect(insideOf([{}, { slurm: slurm('3') }, {}], 2).recordsOutside).toBe(2);
});

test('times add up exactly: what one chunk is too coarse for is in the sum', () => {
  const times = [1, 2 ** -53, 2 ** -53];
  const profiles = times.map((total_wall_s) => ({ total_wall_s, slurm: slurm('3') }));
  for (const linesAChunk of [1, 2, 3]) {
    expect(insideOf(profiles, linesAChunk).tasks.get('12_3')!.wallS).toBe(1 + 2 ** -52);
  }
});

test('wherever the records are divided, they come to the same, to the last digit', () => {
  const members = fc.record({
    total_wall_s: fc.double({ min: 0, max: 1e6, noNaN: true }),
    total_cpu_s: fc.option(fc.double({ min: 0, max: 1e6, noNaN: true })),
    rss_kb_peak: fc.option(fc.nat(3)),
    rss_kb_now: fc.option(fc.nat(9)),
    pid: fc.option(fc.nat(3)),
    slurm: fc.constantFrom(undefined, slurm('3'), slurm('4')),
  });
  fc.assert(
    fc.property(fc.array(members, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 5 }), (all, lines) => {
      const profiles = all.map(({ slurm: job, ...others }) => (job === undefined ? others : { ...others, slurm: job }));
      expect(insideOf(profiles, lines)).toEqual(insideOf(profiles));
    }),
    { numRuns: 200 },
  );
});

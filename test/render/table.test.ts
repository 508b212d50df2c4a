import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StageRow } from '../../src/model/report.js';
import { renderTable } from '../../src/render/table.js';
import { textWidth } from '../../src/text/text-width.js';
import { durations, pipelineReport, report, row } from '../support/report-fixture.js';

const linesOf = (...given: Parameters<typeof renderTable>) => renderTable(...given).split('\n');
const labelsOf = (...given: Parameters<typeof renderTable>) =>
  linesOf(...given)
    .slice(0, linesOf(...given).indexOf(''))
    .map((line) => /^ *\S*/.exec(line)?.[0]);

test('the table of a pipeline, at 100 characters', () => {
  expect(renderTable(pipelineReport(), { width: 100 })).toBe(`\
stage                  calls  errors  open      wall         js        rss  rss peak
scan                  12,000       2     0  2.49 h    +60.0 MiB  +2.68 GiB  4.37 GiB
  fetch               12,000       0     0  25.1 min  +2.00 MiB  +12.0 MiB  3.04 GiB
  decode              12,000       0     0  52.0 min  -1.00 MiB  +2.53 GiB  4.30 GiB
    tiles            384,000       0     0  45.3 min   +512 KiB  +2.47 GiB  4.27 GiB
  features            11,998       2     0  70.0 min  +57.0 MiB   +137 MiB  3.10 GiB
  write               11,996       0     0   113 s    +1.50 MiB   +512 KiB  3.03 GiB
flush                      3       0     0   840 us     +24 KiB      0      3.03 GiB
watchdog.tick              8       0     1  21.4 ms     +96 KiB   -128 KiB  3.03 GiB
(outside any stage)                         61.2 s
total                                       2.51 h

native-growth  scan.decode.tiles: +2.13 GiB of live native blocks in 384,000 calls; what is not
               closed or disposed of?
waiting        scan.fetch: (shared with other open stages) 19.9 min of its own 25.1 min without CPU
               (disk, network, locks, CPUs taken by others); fetch ahead, or run more at once
off-thread     scan.features: 60.0% of its 3.34 h of CPU on other threads (worker threads, libuv's
               pool, addons, V8); match their number to the job's CPUs

rss       3.03 GiB now, 4.59 GiB at its peak
profiler  302 ms, <0.1% of wall
warning   handles closed out of order: 3
sources   native, allocator sampled (mallinfo2), 118 of 36,000 readings skipped; rss within 512 KiB
          (/proc/self/statm); rss_peak bounded (ru_maxrss); attribution bounded (boundary)
left out  buffers, workers, files (not measured)
left out  native alloc, native peak, mapped (needs the tracker: use stageprof run, or map --profile)
left out  share, worst, self, p50, p95, p99, cpu, thread, gc, js alloc, js peak, external, native,
          allocator, overlap, finding (16 columns to fit 100 characters)
`);
});

test('a dash stands for what was not measured in a column that has other numbers', () => {
  const stages = [row('a', { calls: 1, wall_s: 1, cpu_s: null }), row('b', { calls: 1, wall_s: 1, cpu_s: 2 })];
  expect(linesOf(report({ stages }))[1]).toBe('a                        1  1.00 s   10.0%     -');
});

test('a sorted table is a list of full labels, highest first', () => {
  expect(labelsOf(pipelineReport(), { sort: 'rss_kb_delta', top: 3 })).toEqual([
    'stage',
    'scan',
    'scan.decode',
    'scan.decode.tiles',
    '(outside',
    'total',
  ]);
});

test('the longest stages of an unsorted table stay a tree', () => {
  expect(labelsOf(pipelineReport(), { top: 3 })).toEqual([
    'stage',
    'scan',
    '  decode',
    '  features',
    '(outside',
    'total',
  ]);
});

test('a report without stages shows its totals', () => {
  expect(renderTable(report())).toBe(`\
stage                  wall   share      cpu
(outside any stage)  1.00 s   10.0%   500 ms
total                10.0 s  100.0%  8.00 s

rss       97.7 MiB now, 195 MiB at its peak
profiler  1.00 ms, <0.1% of wall
`);
});

const GROWN = row('(program)', {
  calls: 1,
  wall_s: 10,
  rss_kb_delta: 500_000,
  rss_kb_peak_max: 700_000,
  native_kb_delta: 450_000,
  native_kb_alloc: 460_000,
});

test('the total is that of the program, and what no stage has of it is outside', () => {
  const stages = [row('a', { calls: 1, wall_s: 9, rss_kb_delta: 1_000, rss_kb_peak_max: 700_000, native_kb_delta: 9 })];
  expect(
    renderTable(report({ stages, program: GROWN }), { width: 100 })
      .split('\n')
      .slice(0, 8),
  ).toEqual([
    'stage                calls    wall   share    native        rss  rss peak  finding',
    'a                        1  9.00 s   90.0%    +9 KiB  +1000 KiB   684 MiB',
    '(outside any stage)         1.00 s   10.0%  +439 MiB   +487 MiB            native-growth',
    'total                       10.0 s  100.0%  +439 MiB   +488 MiB   684 MiB',
    '',
    'native-growth  (outside any stage): +439 MiB of live native blocks in the whole run: a leak only if',
    '               a longer run adds to it; what is not closed or disposed of?',
    '',
  ]);
});

test('growth outside of stages is not known if stages overlapped', () => {
  const stages = [row('a', { calls: 2, wall_s: 12, rss_kb_delta: 1_000, overlapped_calls: 2 })];
  const lines = linesOf(report({ stages, program: GROWN }));
  expect(lines[2]).toMatch(/^\(outside any stage\) +1.00 s +10.0%( +500 ms)?$/);
  expect(lines[3]).toContain('+488 MiB');
  expect(lines[3]).toContain('native-growth');
  expect(lines.join()).toContain('native-growth  (program): ');
  expect(lines.join()).not.toContain('(outside any stage):');
});

test('a program without stages has one line with its findings, except waiting', () => {
  const program = { ...GROWN, wall_self_s: 10, cpu_self_s: 0 };
  const table = renderTable(report({ program }), { width: 100 });
  expect(table).toMatch(/^\(program\) +10.0 s +100.0% .*\+439 MiB .*\+488 MiB +684 MiB +native-growth$/m);
  expect(table).toMatch(/^native-growth +\(program\): \+439 MiB/m);
  expect(table).not.toMatch(/^total|outside any stage|waiting/m);
});

test('a narrow table keeps memory before shares and quantiles, and what a finding rests on before both', () => {
  const headingsOf = (stage: StageRow, width: number) =>
    linesOf(report({ stages: [stage] }), { width })[0]!
      .trim()
      .split(/ {2,}/)
      .slice(1);
  const known = { calls: 30, wall_s: 9, wall_self_s: 9, cpu_s: 9, thread_cpu_s: 9, wall_hist: durations([0.3, 30]) };
  const memory = { rss_kb_delta: 9, rss_kb_peak_max: 2e6, js_kb_delta: 9, external_kb_delta: 9, allocator_kb_delta: 9 };
  const calm = row('a', { ...known, ...memory, native_kb_delta: 9, mapped_kb_delta: 9 });
  const shown = ['calls', 'wall', 'cpu', 'js', 'external', 'native', 'allocator', 'rss', 'rss peak'];
  expect(headingsOf(calm, 100)).toEqual(shown);
  const mapping = { ...calm, rss_kb_delta: 1e6, mapped_kb_delta: 1e6, native_kb_delta: 0, js_kb_peak_max: 9 };
  expect(headingsOf(mapping, 116)).toEqual(expect.arrayContaining(['mapped', 'native', 'external', 'rss', 'rss peak']));
});

test('a label can neither move the cursor nor break the line', () => {
  const stages = [row('\x1b[2Jgone\nnext \u202eoverride', { calls: 1, wall_s: 1 })];
  expect(linesOf(report({ stages }))[1]).toMatch(/^\\x1b\[2Jgone\\nnext \\u202eoverride +1 /);
});

test('colour changes nothing but the colour', () => {
  const coloured = renderTable(pipelineReport(), { colour: true });
  expect(stripVTControlCharacters(coloured)).toBe(renderTable(pipelineReport()));
  expect(coloured).toContain('\x1b[31m     2\x1b[39m');
  expect(coloured).toContain('\x1b[33m   1\x1b[39m');
  expect(coloured).toContain('\x1b[33mhandles closed out of order: 3\x1b[39m');
});

test('no line is wider than asked for, as long as a label and a time fit', () => {
  const label = fc.stringMatching(/^[a-z.]{1,60}$/);
  fc.assert(
    fc.property(fc.uniqueArray(label, { maxLength: 8 }), fc.integer({ min: 40, max: 250 }), (labels, width) => {
      const { stages } = pipelineReport();
      const given = { ...pipelineReport(), stages: labels.map((stage, index) => ({ ...stages[index]!, stage })) };
      for (const line of linesOf(given, { width })) expect(textWidth(line)).toBeLessThanOrEqual(width);
    }),
  );
});

test('at 80 characters a table has the memory that findings speak of, whatever the labels', () => {
  const stages = pipelineReport().stages.map((stage) => ({ ...stage, errors: 0, open: 0 }));
  stages[1] = { ...stages[1]!, stage: `scan.${'longer'.repeat(20)}` };
  expect(linesOf({ ...pipelineReport(), stages }, { width: 80 })[0]).toMatch(/^stage +calls +wall +js +rss +rss peak$/);
});

test('columns that were chosen are all there, in that order, whatever the width', () => {
  const columns = ['rss_kb_peak_max', 'wall_s', 'faults_minor', 'p50', 'mapped_kb_delta'];
  const lines = linesOf(pipelineReport(), { width: 40, columns });
  expect(lines[0]).toMatch(/^stage +rss peak +wall +faults_minor +p50 +mapped( +finding)?$/);
  expect(lines.join('\n')).not.toContain('left out');
});

test.each([
  [120, 'mapped-growth,waiting'],
  [200, 'mapped-growth,waiting'],
])('at %d characters the longest finding stands beside the longest label', (width, cell) => {
  const mapped = { mapped_kb_delta: 2e6, rss_kb_delta: 1e6, native_kb_delta: 0, external_kb_delta: 0 };
  const given = { ...pipelineReport(), stages: [...pipelineReport().stages] };
  given.stages[1] = {
    ...given.stages[1]!,
    ...mapped,
    stage: `scan.${'longer'.repeat(20)}`,
    wall_self_s: 1504,
    cpu_self_s: 0,
  };
  const lines = linesOf(given, { width });
  expect(lines[0]).toMatch(/ {2}finding$/);
  expect(lines[2]!.endsWith(`  ${cell}`)).toBe(true);
});

test('a table without findings has no column and no lines for them', () => {
  expect(renderTable(report({ stages: [row('a', { calls: 1, wall_s: 1 })] }))).not.toMatch(/finding|waiting/);
});

test('findings of rows that the ranking leaves out still stand below the table', () => {
  const stages = [row('a', { calls: 1, wall_s: 9 }), row('b', { calls: 1, wall_s: 2, wall_self_s: 2, cpu_self_s: 0 })];
  const text = renderTable(report({ stages }), { top: 1 });
  expect(text.split('\n')[0]).not.toContain('finding');
  expect(text).toContain('\nwaiting  b: 2.00 s of its own 2.00 s');
});

test('the time of a stage is shown however narrow the table is', () => {
  expect(linesOf(pipelineReport(), { width: 1 })[0]).toBe('stage                    wall');
});

test('thousands of labels are laid out', () => {
  const stages = Array.from({ length: 4096 }, (_, index) =>
    row(`a${index % 64}.b${index}`, { calls: 1, wall_s: 1, wall_hist: durations([1, 1]) }),
  );
  expect(linesOf(report({ stages }), { width: 100 }).indexOf('')).toBe(4096 + 3);
});

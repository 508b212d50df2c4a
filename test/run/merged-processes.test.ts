import { describe, expect, test } from 'vitest';
import { MOST_PROCESSES } from '../../src/model/process-list.js';
import type { Report } from '../../src/model/report.js';
import { outsideRow } from '../../src/report/outside-row.js';
import { mergeProcesses } from '../../src/run/merged-processes.js';
import { type RunProcess, runProcesses, type SeenProcess } from '../../src/run/run-process.js';
import { report, row } from '../support/report-fixture.js';

interface Cost {
  readonly wall: number;
  readonly cpu: number;
  readonly rss: number;
  readonly peak: number;
  /** All of it but one second, 0.5 s of CPU and 10 KiB is within the stage. */
  readonly stage?: string | undefined;
}

/** The report of a process with a stage, or with none. */
function costing({ wall, cpu, rss, peak, stage }: Cost, members: Partial<Report> = {}): Report {
  const stages =
    stage === undefined
      ? []
      : [row(stage, { calls: 1, wall_s: wall - 1, cpu_s: cpu - 0.5, rss_kb_delta: rss - 10, rss_kb_peak_max: peak })];
  return report({
    total_wall_s: wall,
    total_cpu_s: cpu,
    outside_wall_s: stage === undefined ? wall : 1,
    outside_cpu_s: stage === undefined ? cpu : 0.5,
    stages_wall_s: stage === undefined ? 0 : wall - 1,
    rss_kb_now: rss,
    rss_kb_peak: peak,
    program: row('(program)', {
      calls: 1,
      wall_s: wall,
      wall_max_s: wall,
      wall_self_s: stage === undefined ? wall : 1,
      cpu_s: cpu,
      rss_kb_delta: rss,
      rss_kb_peak_max: peak,
    }),
    stages,
    ...members,
  });
}

function process(pid: number, parentPid: number | null, members: Partial<RunProcess> = {}): RunProcess {
  return { pid, parentPid, command: `p${pid}`, startMs: pid * 1000, exit: null, report: null, seen: null, ...members };
}

function seen(pid: number, parentPid: number, members: Partial<SeenProcess> = {}): SeenProcess {
  const numbers = { wallS: 1, cpuS: 0.1, rssKib: 900, peakRssKib: 1_000 };
  return { pid, parentPid, command: `p${pid}`, startMs: pid * 1000, ...numbers, ...members };
}

const work = { wall: 10, cpu: 8, rss: 500, peak: 5_000, stage: 'work' };

describe('a launcher is listed, and is in no row and no total', () => {
  const alone = mergeProcesses([process(2, 1, { report: costing(work) })]);

  test('a shell that is known from outside', () => {
    const merged = mergeProcesses([process(1, 0, { seen: seen(1, 0) }), process(2, 1, { report: costing(work) })]);
    expect(merged).toMatchObject({ counted: 1, launchers: 1 });
    expect(merged.report).toEqual({
      ...alone.report,
      processes: 2,
      process_list: {
        processes: [
          expect.objectContaining({ pid: 1, stages: false, rss_kb_peak: 1_000 }),
          expect.objectContaining({ pid: 2, stages: true }),
        ],
        more: 0,
      },
    });
  });

  test('node processes above each other, which have reports', () => {
    const launcher = costing({ wall: 30, cpu: 20, rss: 9_000, peak: 90_000 });
    const merged = mergeProcesses([
      process(1, 0, { report: launcher }),
      process(2, 1, { seen: seen(2, 1) }),
      process(3, 2, { report: launcher }),
      process(4, 3, { report: costing(work) }),
    ]);
    expect(merged).toMatchObject({ counted: 1, launchers: 3 });
    const { process_list: list, ...header } = merged.report;
    const { process_list: _, ...expected } = alone.report;
    expect(header).toEqual({ ...expected, processes: 4 });
    expect(list!.processes.map(({ pid, parent, rss_kb_peak, stages }) => [pid, parent, rss_kb_peak, stages])).toEqual([
      [1, 0, 90_000, false],
      [2, 1, 1_000, false],
      [3, 2, 90_000, false],
      [4, 3, 5_000, true],
    ]);
  });

  test('also where a process between them was not seen', () => {
    const merged = mergeProcesses([process(1, 0), process(4, 3, { report: costing(work) })]);
    expect(merged).toMatchObject({ counted: 1, launchers: 1, report: { processes: 2, total_wall_s: 10 } });
  });
});

describe('processes with stages add up', () => {
  const main = costing({ wall: 20, cpu: 6, rss: 300, peak: 3_000, stage: 'serve' });

  test('except for elapsed time, which is that of the topmost', () => {
    const {
      report: merged,
      counted,
      launchers,
    } = mergeProcesses([
      process(1, 0, { report: main, exit: 0 }),
      process(2, 1, { report: costing(work) }),
      process(3, 1, { report: costing(work) }),
    ]);
    expect([counted, launchers]).toEqual([3, 0]);
    expect(merged).toMatchObject({
      total_wall_s: 20,
      outside_wall_s: 1,
      stages_wall_s: 37,
      total_cpu_s: 22,
      outside_cpu_s: 1.5,
      rss_kb_peak: 5_000,
      processes: 3,
      program: { calls: 3, wall_s: 20, wall_max_s: 20, wall_self_s: 1, cpu_s: 22, rss_kb_delta: 1_300 },
      stages: [
        { stage: 'serve', calls: 1, wall_s: 19 },
        { stage: 'work', calls: 2, wall_s: 18 },
      ],
    });
    expect(outsideRow(merged)).toMatchObject({ wall_s: 1, cpu_s: 1.5, rss_kb_delta: 30 });
  });

  test('four workers of a primary without stages: the time is that of the first started', () => {
    const workers = [11, 12, 13, 14].map((pid) =>
      process(pid, 10, { report: costing({ ...work, wall: pid, rss: pid === 13 ? 200_000 : 100, peak: pid * 1_000 }) }),
    );
    const primary = process(10, 1, { report: costing({ wall: 99, cpu: 9, rss: 1, peak: 99_000 }) });
    const { report: merged, counted, launchers } = mergeProcesses([primary, ...workers]);
    expect([counted, launchers]).toEqual([4, 1]);
    expect(merged).toMatchObject({
      processes: 5,
      total_wall_s: 11,
      stages_wall_s: 46,
      total_cpu_s: 32,
      rss_kb_peak: 14_000,
    });
    expect(merged.process_list!.processes.map(({ pid, rss_kb }) => [pid, rss_kb])).toEqual([
      [10, 1],
      [11, 100],
      [12, 100],
      [13, 200_000],
      [14, 100],
    ]);
  });

  test('a process without stages that started none counts for nothing', () => {
    const idle = process(3, 1, { report: costing({ wall: 5, cpu: 5, rss: 5_000, peak: 50_000 }) });
    const merged = mergeProcesses([process(1, 0, { report: main }), idle]);
    expect(merged).toMatchObject({
      counted: 1,
      launchers: 0,
      report: { processes: 1, total_cpu_s: 6, rss_kb_peak: 3_000 },
    });
    expect(merged.report.process_list!.processes).toHaveLength(2);
  });

  test('without any stage the topmost process with a report is the program', () => {
    const program = costing({ wall: 7, cpu: 3, rss: 70, peak: 700 });
    const merged = mergeProcesses([
      process(1, 0, { seen: seen(1, 0) }),
      process(2, 1, { report: program }),
      process(3, 2, { report: costing({ wall: 5, cpu: 5, rss: 50, peak: 50_000 }) }),
    ]);
    expect(merged).toMatchObject({ counted: 1, launchers: 1 });
    expect(merged.report).toMatchObject({
      processes: 2,
      total_wall_s: 7,
      total_cpu_s: 3,
      rss_kb_peak: 700,
      stages: [],
    });
  });

  test('without any report there is only the list', () => {
    const merged = mergeProcesses([process(1, 0, { seen: seen(1, 0) })]);
    expect(merged).toMatchObject({ counted: 0, launchers: 0, report: { processes: 0, total_wall_s: 0, stages: [] } });
    expect(merged.report.process_list!.processes).toMatchObject([{ pid: 1, cpu_s: 0.1, rss_kb: 900, wall_s: 1 }]);
    expect(mergeProcesses([]).report.process_list).toEqual({ processes: [], more: 0 });
  });
});

describe('a process that was killed', () => {
  const main = costing({ wall: 20, cpu: 6, rss: 300, peak: 3_000, stage: 'serve' });

  /** Its stages have what was read at their ends. Its program has only what was read up to the last reading. */
  function killed(overlapped = 0): Report {
    const whole = costing({ ...work, peak: 4_000 }, { partial: true });
    const stage = { ...whole.stages[0]!, external_kb_delta: 204_800, gc_s: 0.25, overlapped_calls: overlapped };
    return {
      ...whole,
      stages: [{ ...stage, rss_kb_peak_max: 9_000 }],
      program: { ...whole.program!, external_kb_delta: null, gc_s: null, cpu_s: 7.25 },
    };
  }
  const parent = { ...main, program: { ...main.program!, external_kb_delta: 60, gc_s: 0.5 } };
  const staged = { ...parent, stages: [{ ...parent.stages[0]!, external_kb_delta: 20, gc_s: 0 }] };

  test('counts up to its last boundary, so that nothing outside of stages is negative', () => {
    const { report: merged } = mergeProcesses([process(1, 0, { report: staged }), process(2, 1, { report: killed() })]);
    expect(merged.program).toMatchObject({ external_kb_delta: 204_860, gc_s: 0.75, cpu_s: 13.5 });
    expect(outsideRow(merged)).toMatchObject({ external_kb_delta: 40, gc_s: 0.5, cpu_s: 0.5 });
  });

  test('has no stage with a higher peak than the total', () => {
    const { report: merged } = mergeProcesses([process(1, 0, { report: staged }), process(2, 1, { report: killed() })]);
    expect(merged).toMatchObject({ rss_kb_peak: 9_000, program: { rss_kb_peak_max: 9_000 } });
  });

  test('leaves the total unknown where overlapping stages do not tell what it used', () => {
    const { report: merged } = mergeProcesses([
      process(1, 0, { report: staged }),
      process(2, 1, { report: killed(1) }),
    ]);
    expect(merged.program).toMatchObject({ external_kb_delta: null, gc_s: null, rss_kb_delta: 800 });
  });
});

describe('processes are identified by id and start', () => {
  test('a parent whose id was reused is the process that had started by then', () => {
    const { report: merged, launchers } = mergeProcesses([
      process(1, 0, { report: costing(work) }),
      process(5, 1, { startMs: 2_000, command: 'launcher' }),
      process(6, 5, { startMs: 3_000, report: costing(work) }),
      process(5, 1, { startMs: 90_000, command: 'another' }),
    ]);
    expect([merged.processes, launchers]).toEqual([3, 1]);
    expect(merged.process_list!.processes.map(({ command }) => command)).toEqual(['p1', 'launcher', 'p6', 'another']);
  });

  test('a report belongs to the last started process with its id', () => {
    const reporting = [
      { pid: 7, parentPid: null, command: null, startMs: 5_040, report: costing(work) },
      { pid: 7, parentPid: null, command: null, startMs: 99_040, report: report() },
    ];
    const looks = [seen(7, 1, { startMs: 5_000 }), seen(7, 2, { startMs: 99_000, command: 'again' })];
    expect(runProcesses(reporting, looks, null)).toMatchObject([
      { pid: 7, parentPid: 1, command: 'p7', startMs: 5_000, report: { stages: [{ stage: 'work' }] } },
      { pid: 7, parentPid: 2, command: 'again', startMs: 99_000, report: { stages: [] } },
    ]);
  });

  test('the program is listed with its exit even if nobody saw it', () => {
    const program = { pid: 9, command: 'node app.js', startMs: 1_000, wallS: 2.5, exit: 'SIGKILL' };
    expect(runProcesses([], [], program)).toMatchObject([
      { pid: 9, parentPid: null, command: 'node app.js', exit: 'SIGKILL', seen: { wallS: 2.5, cpuS: null } },
    ]);
    const reused = seen(9, 4, { startMs: 80_000 });
    expect(runProcesses([], [seen(9, 4, { startMs: 990 }), reused], program)).toMatchObject([
      { exit: 'SIGKILL', seen: { wallS: 2.5 } },
      { exit: null, seen: { wallS: 1 } },
    ]);
  });

  test('parents in a circle do no harm', () => {
    const circle = [process(1, 2, { startMs: 5 }), process(2, 3, { startMs: 5 }), process(3, 2, { startMs: 5 })];
    const { report: merged } = mergeProcesses(circle.map((each) => ({ ...each, report: costing(work) })));
    expect(merged.process_list!.processes.map(({ pid }) => pid).sort()).toEqual([1, 2, 3]);
  });
});

test('the largest of many processes are listed, with their commands cut, and the others are counted', () => {
  const many = Array.from({ length: MOST_PROCESSES + 5 }, (_, index) =>
    process(index + 1, 1, { command: 'x'.repeat(1_000), seen: seen(index + 1, 1, { peakRssKib: 1_000 + index }) }),
  );
  const { processes, more } = mergeProcesses(many, 100).report.process_list!;
  expect(more).toBe(105);
  expect(processes.map(({ pid }) => pid)).toEqual(many.slice(5).map(({ pid }) => pid));
  expect(processes[0]!.command).toBe(`${'x'.repeat(255)}…`);
});

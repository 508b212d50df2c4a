import { describe, expect, test } from 'vitest';
import { present } from '../../src/model/sources.js';
import type { FinishedRun } from '../../src/run/finished-run.js';
import { compareWithOs } from '../../src/run/os-comparison.js';
import { renderOsComparison } from '../../src/run/os-comparison-table.js';
import { report, row } from '../support/report-fixture.js';

const program = report({
  total_wall_s: 9.5,
  total_cpu_s: 7,
  rss_kb_peak: 300_000,
  stages: [row('a', { calls: 1 })],
  sources: { ...report().sources, rss_peak: { ...present('bounded', 'ru_maxrss'), bound_kb: 768 } },
});

/** A program of one node process, whose accounts differ a little. */
function run(members: Partial<FinishedRun> = {}): FinishedRun {
  return {
    wallS: 10,
    os: { cpuS: 8, peakRssKib: 320_000, floorKib: 50_000 },
    osMissing: null,
    program,
    merged: { ...program, processes: 1 },
    lost: 0,
    launchers: 0,
    resetsPeak: false,
    ...members,
  };
}

const os = run().os!;
const nothing = { program: undefined, merged: { ...report(), processes: 0 } };

test('both accounts are side by side, with the difference and its reason', () => {
  expect(`\n${renderOsComparison(run())}`).toBe(`
                OS  profiler  difference
wall      10.0 s    9.50 s      +500 ms   node's start and end, before the profiler and after it
cpu       8.00 s    7.00 s     +1.00 s    node's start and end, children without stages
rss peak   313 MiB   293 MiB   +19.5 MiB  after the last reading, or of a child without stages
`);
});

test('without a report there is only the account of the OS, without repeated reasons', () => {
  expect(`\n${renderOsComparison(run(nothing))}`).toBe(`
                OS
wall      10.0 s
cpu       8.00 s
rss peak   313 MiB
`);
});

test('reasons are wrapped to the width, aligned', () => {
  const lines = renderOsComparison(run(), { width: 70 }).split('\n').slice(0, -1);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(70);
  expect(lines.length).toBeGreaterThan(4);
  const column = lines[1]!.indexOf("node's");
  for (const line of lines.slice(1)) expect(line.slice(0, column)).toMatch(/^$| {2}$/);
});

test('colour changes nothing else', () => {
  const painted = renderOsComparison(run(), { colour: true });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
  expect(painted.replace(/\x1b\[\d+m/g, '')).toBe(renderOsComparison(run()));
  expect(painted).not.toBe(renderOsComparison(run()));
});

describe('wall time', () => {
  test('is that of the program alone, not of all processes', () => {
    const merged = { ...program, total_wall_s: 40, processes: 4 };
    expect(compareWithOs(run({ merged }))[0]).toMatchObject({ os: 10, profiler: 9.5, difference: 0.5 });
  });

  test('has no value of the profiler where the program is no node process', () => {
    expect(compareWithOs(run({ program: undefined }))[0]).toMatchObject({
      profiler: null,
      difference: null,
      reason: 'the program itself is no node process with a report',
    });
  });
});

describe('CPU time', () => {
  test.each([
    [{}, 1, "node's start and end, children without stages"],
    [{ lost: 2 }, 1, "node's start and end, children without stages, 2 without a report"],
    [{ program: undefined }, 1, "node's start and end, children without stages, the program itself"],
    [{ os: { ...os, cpuS: 5 } }, -2, 'processes that nobody waited for are not in the sum of the OS'],
    [{ merged: { ...program, processes: 1, total_cpu_s: null } }, null, 'cpu was not measured'],
    [nothing, null, ''],
  ])('of %j differs by %j: %s', (members, difference, reason) => {
    expect(compareWithOs(run(members))[1]).toMatchObject({ difference, reason });
  });
});

describe('peak memory', () => {
  const peak = (peakRssKib: number) => ({ os: { ...os, peakRssKib } });

  test.each([
    [peak(300_500), 500, "within 768 KiB, the kernel's own error"],
    [peak(299_500), -500, "within 768 KiB, the kernel's own error"],
    [peak(400_000), 100_000, 'after the last reading, or of a child without stages'],
    [{ ...peak(400_000), program: undefined }, 100_000, 'of a process without stages'],
    [peak(200_000), -100_000, 'a process that nobody waited for is not in the view of the OS'],
    [{ ...peak(200_000), resetsPeak: true }, -100_000, 'lowered by --rss-peak reset'],
    [{ merged: { ...program, processes: 1, rss_kb_peak: null } }, null, 'rss was not measured'],
    [nothing, null, ''],
  ])('of %j differs by %j: %s', (members, difference, reason) => {
    expect(compareWithOs(run(members))[2]).toMatchObject({ difference, reason });
  });

  test.each([50_000, 49_000])('of %i is not shown where the OS begins to count at 50,000', (peakRssKib) => {
    expect(compareWithOs(run(peak(peakRssKib)))[2]).toEqual({
      what: 'rss peak',
      os: null,
      profiler: 300_000,
      difference: null,
      reason: 'the OS counts from the 48.8 MiB of stageprof itself, which no process exceeded',
    });
  });
});

test('a value that the OS does not tell is null, with the reason', () => {
  const [wall, cpu, peak] = compareWithOs(run({ os: null, osMissing: 'the addon is not there' }));
  expect(wall).toMatchObject({ os: 10 });
  for (const line of [cpu, peak]) {
    expect(line).toMatchObject({ os: null, difference: null, reason: 'the addon is not there' });
    expect(line!.profiler).not.toBeNull();
  }
});

test('what launchers used is only in the account of the OS, with the reason', () => {
  const reasons = compareWithOs(run({ launchers: 1 })).map(({ reason }) => reason);
  expect(reasons[1]).toBe("node's start and end, children without stages, launchers");
  expect(reasons[2]).toBe('of a process without stages');
});

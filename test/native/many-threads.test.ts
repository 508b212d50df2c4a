import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report, StageRow } from '../../src/model/report.js';
import { Programs } from '../support/compiled-programs.js';
import { PACKAGE } from '../support/workloads.js';

const STAGES = 300;
const DEAR_US = 300;
const DEAR_HEAP_US = 500;
/** Readings outside of the budget: those that open a source, and the program's own. */
const OTHER_CALLS = 10;
const MIB_IN_KIB = 1024;

interface Run {
  readonly report: Report;
  readonly elapsedNs: number;
  /** What the kernel says of the process just after the report, and of its peak before it too. */
  readonly kernel: { readonly cpuS: number; readonly maxRssKib: readonly [before: number, after: number] };
  readonly counts: {
    readonly processCalls: number;
    readonly threadCalls: number;
    readonly timers: number;
    readonly spentNs: number;
  };
}

const native = fileURLToPath(new URL('../../native', import.meta.url));
const folder = fileURLToPath(new URL('../programs/native', import.meta.url));
const programs = new Programs(folder);
afterAll(() => programs[Symbol.dispose]());

function run(environment: NodeJS.ProcessEnv): Run {
  const { stdout, stderr, output, status } = spawnSync(
    process.execPath,
    [`${folder}/crowd-stages.mjs`, PACKAGE, String(STAGES)],
    {
      encoding: 'utf8',
      env: { ...process.env, LD_PRELOAD: programs.compile('crowd.c', 'crowd.so'), ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    },
  );
  expect(status, stderr).toBe(0);
  return { ...JSON.parse(stdout), counts: JSON.parse(output[3]!) };
}

function sumOf(report: Report, field: 'faults_minor' | 'cpu_s' | 'thread_cpu_s'): number {
  return report.stages.reduce((sum, row: StageRow) => sum + row[field]!, 0);
}

describe('a process of few threads', () => {
  test('reads all of its usage at each sample', () => {
    const { report, counts } = run({});
    expect(report.sources.usage).toMatchObject({ truth: 'exact', method: 'getrusage' });
    expect(report.sources.usage.skipped).toBeUndefined();
    expect(counts).toMatchObject({ threadCalls: 1, timers: 0 });
    expect(counts.processCalls).toBeGreaterThan(2 * STAGES);
  });
});

describe('a process of 256 threads', () => {
  let few: Run;
  let many: Run;
  let withoutTimer: Run;
  beforeAll(() => {
    few = run({});
    many = run({ CROWD: '256', DEAR_US: String(DEAR_US) });
    withoutTimer = run({ CROWD: '256', DEAR_US: String(DEAR_US), NO_TIMER: '1' });
  });

  test('adds up its threads only as often as 1 % of the elapsed time allows', () => {
    const { report, counts, elapsedNs } = many;
    const otherNs = OTHER_CALLS * DEAR_US * 1000;
    // The credit at the start, and readings that cost more than the one before.
    expect(counts.spentNs).toBeLessThan(2 * 0.01 * elapsedNs + otherNs);
    expect(counts.processCalls).toBeGreaterThan(3);
    const { readings, skipped } = report.sources.usage;
    expect(skipped).toBeGreaterThan(STAGES);
    expect(readings! + skipped!).toBeGreaterThanOrEqual(2 * STAGES);
    expect(counts.threadCalls).toBeGreaterThanOrEqual(skipped!);
  });

  test('reads its CPU from the process clock, which has a timer', () => {
    const { report, counts } = many;
    expect(counts.timers).toBe(1);
    expect(report.sources.usage).toMatchObject({ truth: 'bounded', method: 'process CPU clock and getrusage' });
  });

  test.each(['many', 'withoutTimer'] as const)('charges its CPU to the calls: %s', (name) => {
    const { report, kernel } = { many, withoutTimer }[name];
    const cpuS = sumOf(report, 'cpu_s');
    expect(cpuS).toBeGreaterThan(0.95 * sumOf(report, 'thread_cpu_s'));
    expect(cpuS).toBeLessThan(kernel.cpuS);
  });

  test.each(['many', 'withoutTimer'] as const)(
    'charges skipped faults to the next call that reads them: %s',
    (name) => {
      const { report } = { many, withoutTimer }[name];
      const faults = sumOf(report, 'faults_minor');
      expect(faults).toBeGreaterThan(0.9 * sumOf(few.report, 'faults_minor'));
    },
  );

  test('without a timer, reads its CPU with the counters', () => {
    const { report, counts, elapsedNs } = withoutTimer;
    expect(counts.timers).toBe(0);
    expect(counts.spentNs).toBeLessThan(2 * 0.01 * elapsedNs + OTHER_CALLS * DEAR_US * 1000);
    expect(report.sources.usage).toMatchObject({ truth: 'bounded', method: 'getrusage' });
  });

  test('has the resident peak that the kernel tells of the process', () => {
    const [before, after] = many.kernel.maxRssKib;
    expect(many.report.rss_kb_peak).toBeGreaterThan(before - MIB_IN_KIB);
    expect(many.report.rss_kb_peak).toBeLessThan(after + MIB_IN_KIB);
  });
});

test('256 threads and a fragmented heap share one budget, and neither starves the other', () => {
  const { report } = run({ CROWD: '256', DEAR_US: String(DEAR_US), DEAR_HEAP_US: String(DEAR_HEAP_US) });
  const { usage, allocator } = report.sources;
  for (const { readings, skipped } of [usage, allocator]) {
    expect(readings).toBeGreaterThan(2);
    expect(skipped).toBeGreaterThan(0);
  }
  const spentUs = usage.readings! * DEAR_US + allocator.readings! * DEAR_HEAP_US;
  // What either has at the start, and the readings that find out how dear the next one is.
  const atStartUs = 2 * 100 + 2 * DEAR_US + DEAR_HEAP_US;
  expect(spentUs).toBeLessThan(0.01 * report.total_wall_s * 1e6 + atStartUs);
});

test('a timer on the CPU clock disturbs neither the clock nor what else uses it', () => {
  const support = ['process_clock', 'descriptors'].map((name) => `${native}/support/${name}.cc`);
  const program = programs.compile('armed_clock.cc', 'armed_clock', `-I${native}`, ...support);
  const { stdout, status } = spawnSync(program, { encoding: 'utf8' });
  expect(status).toBe(0);
  expect(stdout.trim().split('\n')).toEqual([
    'armed 1',
    'clock 1',
    'fork 1',
    'itimer 1',
    'rlimit 1',
    'clock afterwards 1',
  ]);
});

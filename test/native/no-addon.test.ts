import { describe, expect, test } from 'vitest';
import { ADDON_FIELDS } from '../../src/model/metric-sources.js';
import { METRICS } from '../../src/model/metrics.js';
import type { Report } from '../../src/model/report.js';
import type { Capabilities } from '../../src/profiler/capabilities.js';
import { PACKAGE, runModule } from '../support/workloads.js';

interface Found {
  readonly capabilities: Capabilities;
  readonly report: Report;
}

function measureWithout(addon: string): Found {
  const { code, stdout, stderr } = runModule(
    `
      import { capabilities, StageProfiler } from ${JSON.stringify(PACKAGE)};
      const profiler = new StageProfiler();
      const kept = [];
      profiler.stage('a', () => {
        for (let i = 0; i < 200_000; i++) kept.push({ i });
        profiler.stage('b', () => Buffer.alloc(50 * 1024 * 1024, 1));
      });
      console.log(JSON.stringify({ capabilities: capabilities(), report: profiler.report() }));
    `,
    { STAGEPROF_NO_ADDON: addon },
  );
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout) as Found;
}

describe('without the addon', () => {
  const { capabilities, report } = measureWithout('1');
  const hasThreadCpu = 'threadCpuUsage' in process;

  test('a field that Node cannot measure is null, never zero, and the others are measured', () => {
    for (const row of report.stages) {
      for (const { field, share } of METRICS) {
        const unknown =
          ADDON_FIELDS.includes(field) ||
          share === 'collected' ||
          share === 'running' ||
          (field === 'thread_cpu_s' && !hasThreadCpu);
        if (unknown) expect(row[field], field).toBeNull();
        else expect(row[field], field).not.toBeNull();
      }
    }
  });

  test('the measured values are right', () => {
    const [a, b] = report.stages;
    expect(a).toMatchObject({ stage: 'a', calls: 1, errors: 0, open: 0 });
    expect(a!.js_kb_delta!).toBeGreaterThan(4_000);
    expect(a!.js_kb_peak_max!).toBeGreaterThanOrEqual(b!.js_kb_peak_max!);
    expect(b!.external_kb_delta!).toBeGreaterThan(45_000);
    expect(b!.rss_kb_delta!).toBeGreaterThan(40_000);
    expect(a!.rss_kb_peak_max!).toBeGreaterThanOrEqual(b!.rss_kb_peak_max!);
    expect(a!.wall_s!).toBeGreaterThan(b!.wall_s!);
    expect(report.rss_kb_peak!).toBeGreaterThan(80_000);
  });

  test('the sources give as the reason that it is switched off', () => {
    for (const name of ['native', 'gc', ...(hasThreadCpu ? [] : ['thread_cpu'])] as const) {
      expect(report.sources[name as 'native']).toMatchObject({
        available: false,
        truth: 'absent',
        method: null,
        reason: expect.stringContaining('STAGEPROF_NO_ADDON'),
      });
    }
    expect(report.sources.js_peak).toMatchObject({ truth: 'sampled', reason: expect.stringContaining('lower bound') });
    expect(report).toMatchObject({ js_memory_traced: false, native_memory_traced: false });
  });

  test('capabilities() gives the same reason', () => {
    expect(capabilities.addon).toMatchObject({
      available: false,
      reason: expect.stringContaining('STAGEPROF_NO_ADDON'),
    });
    expect(capabilities.sources).toEqual(report.sources);
  });
});

test.each(['', '0'])('STAGEPROF_NO_ADDON=%j leaves the addon on', (value) => {
  const { capabilities, report } = measureWithout(value);
  expect(capabilities.addon).toMatchObject({ available: true });
  expect(report.sources.gc).toMatchObject({ available: true, truth: 'exact' });
  expect(report.stages[0]!.gc_calls).not.toBeNull();
});

import { expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';
import { present } from '../../src/model/sources.js';
import { MALFORMED } from '../../src/records/json-scanner.js';
import { ReportColumns } from '../../src/records/report-columns.js';
import { ReportScanner } from '../../src/records/report-scanner.js';
import { pipelineReport } from '../support/report-fixture.js';
import { lineOf } from '../support/scanned.js';

const taskOf = (task: number) => {
  const use = { total: task + 0.5, outside: task };
  return {
    ...pipelineReport(),
    slurm: { job: `${900 + task}`, array_job: '900', array_task: `${task}` },
    warnings: task === 0 ? [] : [`left open across an await: ${task}`],
    exact: { thread_cpu_s: use, js_kb_alloc: use, native_kb_alloc: null },
    threads: {
      source: present('exact', 'clocks'),
      groups: [{ group: 'this_thread' as const, name: null, threads: 1, cpu_s: task }],
    },
  };
};

test('the reports of all tasks of an array have one shape: their records may come in turn', () => {
  const scanner = new ReportScanner(new ReportColumns());
  scanner.learn(taskOf(0));
  for (const task of [1, 2, 3, 4, 5, 6, 1, 0]) {
    const report = taskOf(task);
    const text = JSON.stringify(report);
    const { input, from } = lineOf(text);
    const end = scanner.scan(input, from);
    expect(end).not.toBe(MALFORMED);
    expect(end).toBe(from + Buffer.byteLength(text));
    const { slurm, warnings, exact, threads, composition, composition_at_peak, live_modules } = report;
    expect(scanner.slurm).toEqual(slurm);
    const objects = { slurm, warnings, exact, threads, composition, composition_at_peak, live_modules };
    expect(scanner.objects).toEqual(objects);
  }
});

test('a report without a job has none, whatever the report before it had', () => {
  const scanner = new ReportScanner(new ReportColumns());
  const outside = pipelineReport();
  for (const report of [taskOf(0), outside]) scanner.learn(report);
  for (const report of [taskOf(1), outside, taskOf(2)]) {
    const { input, from } = lineOf(JSON.stringify(report));
    expect(scanner.scan(input, from)).not.toBe(MALFORMED);
    expect(scanner.slurm).toEqual((report as Report).slurm);
  }
});

import { expect, test } from 'vitest';
import { ProfiledTasks } from '../../src/reconcile/profiled-task.js';
import { run } from '../support/reconcile-fixture.js';
import { report } from '../support/report-fixture.js';

const slurm = (task: string) => ({ job: '15', array_job: '12', array_task: task });

test('records of a task add up, and the level after its peak is the lowest one', () => {
  const tasks = new ProfiledTasks();
  const peaks = [
    [100, 90, 1],
    [300, 250, 1],
    [300, 120, 1],
    [200, 80, 2],
    [300, 200, 1],
  ] as const;
  for (const [rss_kb_peak, rss_kb_now, pid] of peaks) {
    tasks.addRecord(report({ total_wall_s: 2, total_cpu_s: 1.5, rss_kb_peak, rss_kb_now, pid, slurm: slurm('3') }));
  }
  tasks.addRecord(report({ slurm: slurm('4') }));
  expect(tasks.get('12_3').inside).toEqual({
    records: 5,
    wallS: 10,
    cpuS: 7.5,
    peakKib: 300,
    levelAfterPeakKib: 120,
    processes: 2,
  });
  expect(tasks.get('12_5').inside.records).toBe(0);
});

test('what was not measured stays null', () => {
  const tasks = new ProfiledTasks();
  tasks.addRecord(report({ total_cpu_s: null, rss_kb_peak: null, rss_kb_now: null, pid: null, slurm: slurm('3') }));
  expect(tasks.get('12_3').inside).toMatchObject({ cpuS: null, peakKib: null, levelAfterPeakKib: null, processes: 0 });
});

test('what is of other jobs or of none is counted', () => {
  const tasks = new ProfiledTasks();
  tasks.addRecord(report());
  tasks.addRecord(report({ slurm: slurm('3') }));
  tasks.addRecord(report({ slurm: slurm('4') }));
  tasks.addRun(run({ task: undefined }));
  tasks.addRun(run({ task: '12_4' }));
  expect(tasks.besides(new Map([['12_3', 1]]))).toEqual({ records: 1, runs: 1 });
  expect([tasks.recordsOutside, tasks.runsOutside]).toEqual([1, 1]);
});

import { expect, test } from 'vitest';
import { ProcessCount } from '../../src/report/process-count.js';

const ALONE = { slurm: undefined, processes: undefined };
const task = (job: string, array_task: string) => ({ job, array_job: '9', array_task });

test.each([
  ['no report', [], 1],
  ['several reports of one process', [7, 7, 7].map((pid) => ({ ...ALONE, pid })), 1],
  ['reports of two processes', [7, 8, 7].map((pid) => ({ ...ALONE, pid })), 2],
  ['reports of nobody knows whom', [null, undefined, 7].map((pid) => ({ ...ALONE, pid })), 1],
  ['the same id in two tasks', ['1', '2', '1'].map((id) => ({ ...ALONE, pid: 7, slurm: task(`9${id}`, id) })), 2],
  [
    'the same id in two jobs',
    ['1', '2'].map((job) => ({ ...ALONE, pid: 7, slurm: { ...task(job, ''), array_job: null } })),
    2,
  ],
  ['reports that tell it themselves', [3, 2].map((processes) => ({ ...ALONE, pid: null, processes })), 5],
  [
    'both kinds',
    [
      { ...ALONE, pid: 7 },
      { ...ALONE, pid: 8, processes: 3 },
      { ...ALONE, pid: 8 },
    ],
    5,
  ],
])('%s', (_, reports, count) => {
  const whole = new ProcessCount();
  const gathered = new ProcessCount();
  for (const report of reports) {
    whole.add(report);
    const part = new ProcessCount();
    part.add(report);
    gathered.absorb(structuredClone(part.state()));
  }
  expect([whole.result(), gathered.result()]).toEqual([count, count]);
});

test('no more are remembered than there is room for', () => {
  const count = new ProcessCount();
  for (let pid = 1; pid <= 20_000; pid++) count.add({ ...ALONE, pid });
  count.add({ ...ALONE, pid: 1 });
  expect(count.result()).toBe(16_384);
});

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseSacct, type SacctRows } from '../../src/reconcile/sacct-rows.js';
import { countWaiting, sacctTasks } from '../../src/reconcile/sacct-tasks.js';

const saved = (name: string) => readFileSync(new URL(`sacct/${name}.txt`, import.meta.url), 'utf8');

function read(text: string): SacctRows {
  const parsed = parseSacct(text);
  if (parsed.state !== 'read') throw new Error(parsed.reason);
  return parsed.output;
}

const HEADER = 'JobID|State|Elapsed|TotalCPU|MaxRSS';

describe('a saved output of Slurm 22.05', () => {
  test('has the steps of every task, a batch script with srun in two', () => {
    const { rows, malformed } = read(saved('ends'));
    expect(malformed).toEqual([]);
    const tasks = sacctTasks(rows);
    expect([...tasks.keys()]).toEqual(['1_1', '2_1', '3_1', '4_1', '5_1', '6_1', '7_1']);
    expect(tasks.get('3_1')).toEqual({
      task: '3_1',
      state: 'COMPLETED',
      elapsedS: 5,
      steps: [
        expect.objectContaining({ step: 'batch', cpuS: 0.012, maxRssKib: 12_388 }),
        expect.objectContaining({ step: '0', cpuS: 1.575, maxRssKib: 150_552 }),
      ],
    });
  });

  test('has no peak for a step that was too short', () => {
    const [step] = sacctTasks(read(saved('ends')).rows).get('4_1')!.steps;
    expect(step).toMatchObject({ cpuS: 0.157, maxRssKib: null });
  });

  test('keeps every run of a requeued job, with the state of the last', () => {
    const requeued = sacctTasks(read(saved('mixed')).rows).get('13')!;
    expect(requeued).toMatchObject({ state: 'PENDING', elapsedS: 3 });
    expect(requeued.steps).toHaveLength(1);
  });

  test('counts tasks that have not started, without those of the same row that have', () => {
    const { rows, waiting } = read(saved('mixed'));
    // 2 and 3 of 1-3, of which 1 runs; 1, 4, 7, 14 and 21.
    expect(countWaiting(waiting, sacctTasks(rows))).toBe(2 + 5);
  });

  test('names the rows that a line feed in a job name has broken', () => {
    const { rows, malformed } = read(saved('job-name'));
    expect(rows.map(({ step }) => step)).toEqual(['batch']);
    expect(malformed).toEqual(['line 2: has 3 columns in place of 8', 'line 3: has 7 columns in place of 8']);
  });
});

test.each([
  ['', 'is empty'],
  ['\n\n', 'is empty'],
  ['       JobID    Elapsed \n------------ ---------- ', 'has no columns separated by |: it has to be saved with -P'],
  ['12|COMPLETED|00:00:04|00:01|1K', 'has no column JobID in its first line: it has to be saved without -n'],
  ['JobID|State|Elapsed', 'lacks TotalCPU, MaxRSS'],
])('%j cannot be used', (text, reason) => {
  expect(parseSacct(text)).toEqual({ state: 'unusable', reason });
});

test.each([
  ['12|COMPLETED|4|00:01|1K', 'its Elapsed is no duration: "4"'],
  ['12|COMPLETED|00:00:04|x|1K', 'its TotalCPU is no duration: "x"'],
  ['12|COMPLETED|00:00:04|00:01|lots', 'its MaxRSS is no size: "lots"'],
  ['twelve|COMPLETED|00:00:04|00:01|1K', 'its JobID is none: "twelve"'],
  ['12_[3-1]|PENDING|00:00:00||', 'its JobID is none: "12_[3-1]"'],
  ['12_[1-9:0]|PENDING|00:00:00||', 'its JobID is none: "12_[1-9:0]"'],
  [`${'9'.repeat(100)}x|COMPLETED|00:00:04|00:01|1K`, `its JobID is none: "${'9'.repeat(40)}…"`],
  ['12|COMPLETED', 'has 2 columns in place of 5'],
])('the row %j is named', (row, reason) => {
  const { rows, malformed } = read(`${HEADER}\n${row}\n`);
  expect(rows).toEqual([]);
  expect(malformed).toEqual([`line 2: ${reason}`]);
});

test('columns may come in any order, with others between them, and with -p', () => {
  const { rows } = read(
    'MaxRSS|NodeList|JobID|TotalCPU|State|Elapsed|\r\n20K|n1|12_3.0|00:01.5|COMPLETED|00:00:02|\r\n',
  );
  expect(rows).toEqual([
    { task: '12_3', step: '0', state: 'COMPLETED', startMs: null, endMs: null, elapsedS: 2, cpuS: 1.5, maxRssKib: 20 },
  ]);
});

test('a peak of zero counts as not measured', () => {
  expect(read(`${HEADER}\n12.batch|COMPLETED|00:00:00|00:00.1|0\n`).rows[0]!.maxRssKib).toBeNull();
});

test('the row of a long list of waiting tasks is cut off by sacct', () => {
  const { waiting } = read(`${HEADER}\n12_[1,3,5,...]|PENDING|00:00:00||\n`);
  expect(countWaiting(waiting, new Map())).toBe(3);
});

test('the extern step holds no process of the job', () => {
  const rows = [
    '12|COMPLETED|00:00:09|00:01|',
    '12.batch|COMPLETED|00:00:09|00:01|9K',
    '12.extern|COMPLETED|00:00:09|00:00|1K',
  ];
  const { steps } = sacctTasks(read([HEADER, ...rows].join('\n')).rows).get('12')!;
  expect(steps.map(({ step }) => step)).toEqual(['batch']);
});

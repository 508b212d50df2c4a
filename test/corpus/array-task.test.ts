import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { type GivenArray, shardOfArrayTask } from '../../src/corpus/array-task.js';
import { SCHEDULERS } from '../../src/os/schedulers.js';

/** What a scheduler sets in an ordinary job, and in each task of an array of three. */
interface Case {
  readonly scheduler: string;
  readonly ordinary: NodeJS.ProcessEnv;
  readonly tasks: readonly NodeJS.ProcessEnv[];
  /** Where the scheduler does not tell how many there are. */
  readonly given?: GivenArray;
}

const folder = mkdtempSync(join(tmpdir(), 'stageprof-job-ads-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let jobAds = 0;

const each = (ids: readonly number[], variables: (id: number) => NodeJS.ProcessEnv) => ids.map(variables);

const CASES: readonly Case[] = [
  {
    scheduler: 'Slurm',
    ordinary: { SLURM_JOB_ID: '7' },
    tasks: each([3, 6, 9], (id) => env(id, { min: 3, step: 3, count: 3 })),
  },
  {
    scheduler: 'PBS Pro',
    ordinary: { PBS_JOBID: '12.server', PBS_TASKNUM: '1' },
    tasks: each([1, 2, 3], (id) => ({ PBS_ARRAY_ID: '12[].server', PBS_ARRAY_INDEX: String(id) })),
    given: { count: 3, first: 1 },
  },
  {
    scheduler: 'Torque',
    ordinary: { PBS_JOBID: '12.server' },
    tasks: each([0, 1, 2], (id) => ({ PBS_JOBID: `12[${id}].server`, PBS_ARRAYID: String(id) })),
    given: { count: 3, first: 0 },
  },
  {
    scheduler: 'LSF',
    ordinary: { LSB_JOBID: '12', LSB_JOBINDEX: '0', LSB_JOBINDEX_END: '0', LSB_JOBINDEX_STEP: '0' },
    tasks: each([1, 3, 5], (id) => ({ LSB_JOBINDEX: String(id), LSB_JOBINDEX_END: '6', LSB_JOBINDEX_STEP: '2' })),
    given: { count: 3, first: 1 },
  },
  {
    scheduler: 'SGE',
    ordinary: {
      JOB_ID: '12',
      SGE_TASK_ID: 'undefined',
      SGE_TASK_FIRST: 'undefined',
      SGE_TASK_LAST: 'undefined',
      SGE_TASK_STEPSIZE: 'undefined',
    },
    // qsub -t 2-7:2
    tasks: each([2, 4, 6], (id) => ({
      SGE_TASK_ID: String(id),
      SGE_TASK_FIRST: '2',
      SGE_TASK_LAST: '7',
      SGE_TASK_STEPSIZE: '2',
    })),
  },
  {
    scheduler: 'HTCondor',
    ordinary: jobAd('ClusterId = 12\nProcId = 0\nTotalSubmitProcs = 1\n'),
    tasks: each([0, 1, 2], (id) => jobAd(`Args = "ProcId = 9"\nProcId = ${id}\nTotalSubmitProcs = 3\nUser = "a@b"\n`)),
  },
  {
    scheduler: 'Flux',
    ordinary: { FLUX_JOB_ID: 'f2', FLUX_TASK_RANK: '0', FLUX_JOB_SIZE: '1' },
    tasks: each([1, 2, 3], (id) => ({ FLUX_JOB_ID: 'f2', FLUX_TASK_RANK: '0', FLUX_JOB_CC: String(id) })),
    given: { count: 3, first: 1 },
  },
  {
    scheduler: 'Kubernetes',
    ordinary: { KUBERNETES_SERVICE_HOST: '10.0.0.1' },
    tasks: each([0, 1, 2], (id) => ({ KUBERNETES_SERVICE_HOST: '10.0.0.1', JOB_COMPLETION_INDEX: String(id) })),
    given: { count: 3, first: 0 },
  },
  {
    scheduler: 'AWS Batch',
    ordinary: { AWS_BATCH_JOB_ID: 'a', AWS_BATCH_JOB_ATTEMPT: '1' },
    tasks: each([0, 1, 2], (id) => ({ AWS_BATCH_JOB_ARRAY_INDEX: String(id), AWS_BATCH_JOB_ARRAY_SIZE: '3' })),
  },
];

test('each scheduler of the table has a case', () => {
  expect(CASES.map(({ scheduler }) => scheduler)).toEqual(SCHEDULERS.map(({ name }) => name));
});

describe.each(CASES)('$scheduler', ({ scheduler, ordinary, tasks, given }) => {
  test('its tasks take every shard once', () => {
    const shards = tasks.map((variables) => shardOfArrayTask(variables, given));
    expect(shards).toMatchObject([0, 1, 2].map((index) => ({ state: 'task', shard: { index, count: 3 } })));
  });

  test('an ordinary job has no shard', () => {
    expect(shardOfArrayTask(ordinary)).toEqual({ state: 'none' });
    expect(shardOfArrayTask(ordinary, { count: 3, first: 0 })).toEqual({ state: 'none' });
  });

  test('a task whose number is none has no shard either, and no wrong one', () => {
    const id = SCHEDULERS.find(({ name }) => name === scheduler)!.id;
    const broken = id === 'ProcId' ? jobAd('ProcId = x\nTotalSubmitProcs = 3\n') : { ...tasks[0], [id]: '1x' };
    expect(shardOfArrayTask(broken, given)).toMatchObject({ state: 'unusable', reason: expect.stringContaining(id) });
  });

  test('a task beyond the given count has no shard', () => {
    const last = shardOfArrayTask(tasks.at(-1)!, { count: 2, first: given?.first ?? 0 });
    expect(last).toMatchObject({ state: 'unusable', reason: expect.stringContaining('--task-count 2') });
  });
});

test.each(CASES.filter(({ given }) => given !== undefined))(
  '$scheduler is said not to tell how many tasks there are',
  ({ scheduler, tasks }) => {
    expect(shardOfArrayTask(tasks[1]!)).toMatchObject({
      state: 'unusable',
      reason: expect.stringMatching(`${scheduler} does not tell how many tasks there are`),
      lacks: expect.arrayContaining(['count']),
    });
  },
);

test('a job ad that cannot be read is not taken for that of an ordinary job', () => {
  expect(shardOfArrayTask({ _CONDOR_JOB_AD: '/gone/.job.ad' })).toEqual({
    state: 'unusable',
    reason: '_CONDOR_JOB_AD is set, but the file that it names has no ProcId',
  });
});

test('a part of an array that is submitted again has the shards that it had, by what is given', () => {
  // sbatch --array=3,7 after --array=0-9
  const part = (id: number) => env(id, { min: 3, step: 4, count: 2 });
  const again = [3, 7].map((id) => shardOfArrayTask(part(id), { count: 10, first: 0 }));
  expect(again).toMatchObject([3, 7].map((index) => ({ shard: { index, count: 10 } })));
});

test('a given count that the last number of LSF contradicts would leave inputs out, and is refused', () => {
  const task = { LSB_JOBINDEX: '2', LSB_JOBINDEX_END: '10', LSB_JOBINDEX_STEP: '1' };
  expect(shardOfArrayTask(task, { count: 10, first: 1 })).toMatchObject({ shard: { index: 1, count: 10 } });
  expect(shardOfArrayTask(task, { count: 12, first: 1 })).toMatchObject({ state: 'unusable' });
});

test('the variable of PBS that Slurm sets beside its own is no second array', () => {
  const slurm = env(3, { min: 3, step: 3, count: 3 });
  expect(shardOfArrayTask({ ...slurm, PBS_ARRAY_INDEX: '3' })).toMatchObject({ source: 'SLURM_ARRAY_TASK_ID=3' });
});

test('an array within an array is not decided', () => {
  const both = { ...env(3, { min: 3, step: 3, count: 3 }), FLUX_JOB_CC: '3' };
  expect(shardOfArrayTask(both)).toEqual({
    state: 'unusable',
    reason: 'SLURM_ARRAY_TASK_ID=3 and FLUX_JOB_CC=3 are of an array each',
  });
});

describe('in Slurm', () => {
  test('the ids of any regular array are the indexes 0 to count - 1', () => {
    const arrays = fc.record({
      min: fc.integer({ min: 0, max: 1000 }),
      step: fc.integer({ min: 1, max: 50 }),
      count: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(arrays, ({ min, step, count }) => {
        const shards = Array.from({ length: count }, (_, i) =>
          shardOfArrayTask(env(min + i * step, { min, step, count })),
        );
        expect(shards).toEqual(
          Array.from({ length: count }, (_, index) => ({
            state: 'task',
            shard: { index, count },
            source: `SLURM_ARRAY_TASK_ID=${min + index * step}`,
          })),
        );
      }),
    );
  });

  test('there is none outside of an array', () => {
    expect(shardOfArrayTask({ SLURM_JOB_ID: '7' })).toEqual({ state: 'none' });
  });

  test.each([
    ['ids without regular steps', env(5, { min: 0, step: 1, count: 3, max: 5 })],
    ['ids without regular steps, for the task whose id would do', env(1, { min: 0, step: 1, count: 3, max: 5 })],
    ['an id between two steps', env(4, { min: 3, step: 3, count: 3 })],
    ['an id past the last', env(12, { min: 3, step: 3, count: 3 })],
    ['an id before the first', env(0, { min: 3, step: 3, count: 3 })],
    ['a step of zero', env(3, { min: 3, step: 0, count: 3 })],
    ['a count of zero', env(3, { min: 3, step: 1, count: 0 })],
    ['an id alone', { SLURM_ARRAY_TASK_ID: '3' }],
    ['text', { ...env(3, { min: 3, step: 3, count: 3 }), SLURM_ARRAY_TASK_ID: '3x' }],
  ])('is unusable with %s', (_, variables) => {
    expect(shardOfArrayTask(variables)).toMatchObject({ state: 'unusable', reason: expect.stringContaining('SLURM_') });
  });
});

interface ArrayOfTasks {
  readonly min: number;
  readonly step: number;
  readonly count: number;
  readonly max?: number;
}

function env(id: number, { min, step, count, max = min + (count - 1) * step }: ArrayOfTasks): NodeJS.ProcessEnv {
  return {
    SLURM_ARRAY_TASK_ID: String(id),
    SLURM_ARRAY_TASK_COUNT: String(count),
    SLURM_ARRAY_TASK_MIN: String(min),
    SLURM_ARRAY_TASK_MAX: String(max),
    SLURM_ARRAY_TASK_STEP: String(step),
  };
}

function jobAd(text: string): NodeJS.ProcessEnv {
  const path = join(folder, `${jobAds++}.job.ad`);
  writeFileSync(path, text);
  return { _CONDOR_JOB_AD: path };
}

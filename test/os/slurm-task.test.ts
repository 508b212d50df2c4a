import { expect, test } from 'vitest';
import { taskOf } from '../../src/os/slurm-task.js';

test.each([
  [{ job: '12', array_job: null, array_task: null }, '12'],
  [{ job: '12', array_job: '12', array_task: '7' }, '12_7'],
  [{ job: '13', array_job: '12', array_task: '0' }, '12_0'],
  [{ job: '13', array_job: '12', array_task: null }, '13'],
  [{ job: '12; rm', array_job: null, array_task: null }, undefined],
  [{ job: null, array_job: null, array_task: null }, undefined],
  [undefined, undefined],
  ['12', undefined],
])('the task of %j is %j', (slurm, task) => {
  expect(taskOf(slurm)).toBe(task);
});

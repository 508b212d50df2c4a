import { expect, test } from 'vitest';
import { ProfiledTasks } from '../../src/reconcile/profiled-task.js';
import { inside, run } from '../support/reconcile-fixture.js';

const tasks = new ProfiledTasks(
  {
    tasks: new Map([
      ['12_3', inside({ records: 1 })],
      ['12_4', inside({ records: 1 })],
    ]),
    recordsOutside: 1,
  },
  [run({ task: undefined }), run({ task: '12_4', wallS: 1 }), run({ task: '12_4', wallS: 2 }), run({ task: '12_5' })],
);

test('records and map accounts of a task are found together', () => {
  expect(tasks.get('12_4')).toMatchObject({ runs: [{ wallS: 1 }, { wallS: 2 }], inside: { records: 1 } });
  expect(tasks.get('12_5')).toMatchObject({ runs: [{ task: '12_5' }], inside: { records: 0, wallS: null } });
  expect(tasks.get('12_6')).toMatchObject({ runs: [], inside: { records: 0 } });
});

test('records and map accounts of other jobs, and of none, are counted', () => {
  expect(tasks.besides(new Map([['12_3', 1]]))).toEqual({ records: 1, runs: 3 });
  expect([tasks.recordsOutside, tasks.runsOutside]).toEqual([1, 1]);
});

import { expect, test } from 'vitest';
import { emptyHeader, HEADER_FIELDS } from '../../src/model/report-header.js';
import { present } from '../../src/model/sources.js';
import { report } from '../support/report-fixture.js';

test('the table lists the members of a report in the order they are written', () => {
  const { stages: _, ...header } = report({
    stages_wall_s: 9,
    process_inputs: 3,
    load_per_cpu: 0.5,
    partial: true,
    slurm: { job: '1', array_job: null, array_task: null },
    processes: 2,
    process_list: { processes: [], more: 0 },
    worker_threads: { threads: [], more: 0 },
    threads: { source: present('exact', 'clocks'), groups: [] },
    findings: [],
  });
  expect(HEADER_FIELDS.map(([field]) => field)).toEqual(Object.keys(header));
});

test('an empty header has every member that is not optional', () => {
  const { stages: _, ...header } = report();
  expect(Object.keys(emptyHeader())).toEqual(Object.keys(header));
});

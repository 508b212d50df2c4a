import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { reportSchema } from '../../src/model/report-schema.js';
import { present } from '../../src/model/sources.js';
import type { ThreadCpu } from '../../src/model/thread-cpu.js';
import { notesOf } from '../../src/render/notes.js';
import { mergeReports } from '../../src/report/merge.js';
import { report } from '../support/report-fixture.js';

const threads: ThreadCpu = {
  source: present('exact', 'CPU clocks'),
  groups: [
    { group: 'this_thread', name: null, threads: 1, cpu_s: 2 },
    { group: 'named_threads', name: 'libvips worker', threads: 3, cpu_s: 5 },
    { group: 'ended_threads', name: null, threads: null, cpu_s: 0.5 },
  ],
};

test('threads are valid in a report', () => {
  const validate = new Ajv({ strict: false }).compile(reportSchema());
  expect(validate(report({ threads }))).toBe(true);
  expect(validate(report({ threads: { ...threads, groups: [{ ...threads.groups[0]!, cpu_s: -1 }] } }))).toBe(false);
});

test('a merge adds threads group by group and name by name, and keeps what only one report has', () => {
  const other: ThreadCpu = {
    source: present('exact', 'CPU clocks', 'by order'),
    groups: [
      { group: 'this_thread', name: null, threads: 1, cpu_s: 1 },
      { group: 'named_threads', name: 'rayon', threads: 2, cpu_s: 7 },
      { group: 'ended_threads', name: null, threads: null, cpu_s: 0.25 },
    ],
  };
  const merged = mergeReports([report({ threads }), report(), report({ threads: other })]).threads;
  expect(merged?.groups).toEqual([
    { group: 'this_thread', name: null, threads: 2, cpu_s: 3 },
    { group: 'named_threads', name: 'libvips worker', threads: 3, cpu_s: 5 },
    { group: 'ended_threads', name: null, threads: null, cpu_s: 0.75 },
    { group: 'named_threads', name: 'rayon', threads: 2, cpu_s: 7 },
  ]);
  expect(merged?.source.reason).toMatch('by order');
  expect('threads' in mergeReports([report(), report()])).toBe(false);
});

test('a malformed list of threads is named and not merged', () => {
  expect(() => mergeReports([report({ threads: { groups: [] } as unknown as ThreadCpu })])).toThrow('"threads"');
});

test('a note below the table has the groups with their number of threads and their CPU time', () => {
  const notes = notesOf(report({ threads }), { columns: [], rowsShown: 0 });
  expect(notes.find(({ key }) => key === 'threads')?.text).toBe(
    'this thread 2.00 s + libvips worker (3) 5.00 s + ended threads 500 ms',
  );
  expect(notesOf(report(), { columns: [], rowsShown: 0 }).some(({ key }) => key === 'threads')).toBe(false);
});

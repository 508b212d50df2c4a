import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { MOST_PROCESSES, type ProcessEntry } from '../../src/model/process-list.js';
import { checkReport } from '../../src/model/report-check.js';
import { reportSchema } from '../../src/model/report-schema.js';
import { mergeReports } from '../../src/report/merge.js';
import { cutCommand, mergeProcessLists } from '../../src/report/process-list.js';
import { report } from '../support/report-fixture.js';

const process: ProcessEntry = {
  pid: 4711,
  parent: 1,
  command: 'node app.js',
  exit: 'SIGKILL',
  wall_s: 1.5,
  cpu_s: null,
  rss_kb: 900,
  rss_kb_peak: 1_000,
  composition: null,
  stages: true,
};

const list = (peaks: readonly number[], more = 0) => ({
  processes: peaks.map((peak, index) => ({ ...process, pid: index + 1, rss_kb_peak: peak })),
  more,
});

test('merged lists keep the largest processes, in their order', () => {
  const peaks = Array.from({ length: MOST_PROCESSES - 1 }, (_, index) => 9_000 + index);
  const merged = mergeReports([
    report({ process_list: list([1_000, 50_000, 2_000], 4) }),
    report(),
    report({ process_list: list(peaks) }),
  ]).process_list!;
  expect(merged.processes.map(({ rss_kb_peak }) => rss_kb_peak)).toEqual([50_000, ...peaks]);
  expect(merged.more).toBe(6);
});

test('which processes are kept does not depend on the order', () => {
  const right = list(Array.from({ length: 12 }, (_, index) => 5_000 + (index % 2) * 1_000));
  const left = { ...right, processes: right.processes.map((entry) => ({ ...entry, pid: entry.pid + 100 })) };
  const pids = (merged: ReturnType<typeof mergeProcessLists>) =>
    merged!.processes.map(({ pid, rss_kb_peak }) => `${pid} ${rss_kb_peak}`).sort();
  expect(pids(mergeProcessLists(left, right))).toEqual(pids(mergeProcessLists(right, left)));
});

test('a list is valid in a report', () => {
  const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(reportSchema());
  const listed = (members: Partial<ProcessEntry>) =>
    report({ process_list: { processes: [{ ...process, ...members }], more: 0 } });
  const { mapped_modules, ...parts } = { rss_kb: 1, js_heap_kb: 1, mapped_modules: { a: 1 } };
  expect([validate(listed({})), validate(listed({ exit: 1, parent: null, command: null }))]).toEqual([true, true]);
  expect(validate(listed({ pid: null as never }))).toBe(false);
  for (const members of [
    { pid: -1 },
    { command: 7 },
    { command: 'x'.repeat(5_000) },
    { exit: {} },
    { wall_s: 'long' },
    { stages: 1 },
    { composition: { ...parts, mapped_modules: [mapped_modules] } },
  ]) {
    expect(() => checkReport(listed(members as never))).toThrow('process_list');
  }
  expect(() => checkReport(listed({}))).not.toThrow();
  expect(() => checkReport(report({ process_list: list(Array(MOST_PROCESSES + 1).fill(1)) }))).toThrow('process_list');
});

test('a command line is cut between characters', () => {
  expect(cutCommand('node app.js')).toBe('node app.js');
  expect(cutCommand(`${'x'.repeat(254)}🙂🙂`)).toBe(`${'x'.repeat(254)}…`);
});

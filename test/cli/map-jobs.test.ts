import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';
import { MapFolders } from '../support/map-folders.js';
import { fixture, readRecords, runCli } from '../support/run-cli.js';

const MEETS = fixture('meets.mjs');

interface MeetRecord {
  readonly input: string;
  readonly pid: number;
  readonly profile: Report;
}

/** The records of a run, by input. */
async function mapped(folders: MapFolders, flags: readonly string[], inputs: readonly string[]) {
  const meeting = join(folders.folder, 'meeting');
  mkdirSync(meeting);
  const args = ['map', '--profile', '--outdir', folders.records, ...flags, MEETS, ...inputs];
  const result = await runCli(args, { env: { ...folders.env, MEETING: meeting } });
  const records = Object.values(readRecords(folders.records)) as unknown as MeetRecord[];
  return { ...result, records: new Map(records.map((record) => [record.input, record])) };
}

test('--jobs 4 runs four inputs at a time, each once, with its own profile', async () => {
  const folders = new MapFolders();
  const quick = Array.from({ length: 20 }, (_, i) => `quick-${i}`);
  // These inputs wait for each other: with fewer than four processes they would wait for ever.
  const inputs = ['meet-1', 'meet-2', 'meet-3', 'meet-4', ...quick];
  const { exitCode, stdout, lines, records } = await mapped(folders, ['--jobs', '4'], inputs);
  expect(exitCode).toBe(0);
  expect(lines.at(-1)).toContain('24 inputs: 24 done, 0 failed, in');
  expect(stdout).toMatch(/^24 records, pipeline meets\n/);
  expect([...records.keys()].sort()).toEqual([...inputs].sort());
  expect(
    folders
      .begun()
      .map(({ input }) => input)
      .sort(),
  ).toEqual([...inputs].sort());
  const pids = new Set([...records.values()].map(({ pid }) => pid));
  expect(pids.size).toBe(4);
  for (const { input, pid, profile } of records.values()) {
    expect(profile.pid, input).toBe(pid);
    expect(profile.stages.map(({ stage, calls }) => [stage, calls])).toEqual([[`of ${input}`, 1]]);
  }
  expect(await folders.left()).toEqual([]);
});

test('--isolate gives each input a process, and its peak of resident memory, of its own', async () => {
  const folders = new MapFolders();
  const { exitCode, records } = await mapped(folders, ['--isolate'], ['a', 'large', 'b', 'c']);
  expect(exitCode).toBe(0);
  expect(new Set(folders.begun().map(({ pid }) => pid)).size).toBe(4);
  const peakKib = (input: string) => records.get(input)!.profile.rss_kb_peak!;
  expect(peakKib('large')).toBeGreaterThan(150e6 / 1024);
  for (const input of ['a', 'b', 'c']) expect(peakKib(input), input).toBeLessThan(130e6 / 1024);
  expect(await folders.left()).toEqual([]);
});

test('one process is enough for all inputs that end well', async () => {
  const folders = new MapFolders();
  const { records } = await mapped(folders, [], ['a', 'b', 'c']);
  expect(new Set([...records.values()].map(({ pid }) => pid)).size).toBe(1);
});

test('with more jobs than inputs there are only as many processes as inputs', async () => {
  const folders = new MapFolders();
  const { exitCode, stderr, records } = await mapped(folders, ['--jobs', '64'], ['a', 'b', 'c']);
  expect(exitCode).toBe(0);
  expect(records.size).toBe(3);
  expect(stderr).not.toContain('Warning');
  expect(await folders.left()).toEqual([]);
});

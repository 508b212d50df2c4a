import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';
import { mergeReports } from '../../src/report/merge.js';
import { MapFolders } from '../support/map-folders.js';
import { fixture, readRecords, runCli } from '../support/run-cli.js';

const MEETS = fixture('meets.mjs');
const LEAKS = fixture('leaks.mjs');

interface MeetRecord {
  readonly input: string;
  readonly pid: number;
  readonly profile: Report;
}

/** The records of a run, by input. */
async function mapped(folders: MapFolders, flags: readonly string[], inputs: readonly string[], pipeline = MEETS) {
  const meeting = join(folders.folder, 'meeting');
  mkdirSync(meeting);
  const args = ['map', '--profile', '--outdir', folders.records, ...flags, pipeline, ...inputs];
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

describe('calls of a label', () => {
  const inputs = ['a', 'b', 'c', 'd', 'e', 'f', 'killed'];
  const octavesOf = (profile: Report, label: string) =>
    profile.stages.find(({ stage }) => stage === label)!.growth_by_octave?.map(([octave]) => octave) ?? null;

  test('are numbered on from input to input, also where the last one ends the process', async () => {
    const { records } = await mapped(new MapFolders(), ['--jobs', '1'], inputs, LEAKS);
    const profiles = inputs.map((input) => records.get(input)!.profile);
    const expected = [[0], [1], [1], [2], [2], [2], [2]];
    expect(profiles.map((profile) => octavesOf(profile, 'keep'))).toEqual(expected);
    expect(profiles.map(({ program }) => program!.growth_by_octave!.map(([octave]) => octave))).toEqual(expected);
    // The last was read from the recorder of a process that had ended.
    expect(profiles.map(({ process_inputs }) => process_inputs)).toEqual([1, 2, 3, 4, 5, 6, undefined]);
    const merged = mergeReports(profiles);
    const [first, second, third] = merged.stages.find(({ stage }) => stage === 'keep')!.growth_by_octave!;
    expect([first![0], second![0], third![0]]).toEqual([0, 1, 2]);
    expect(second![1]).toBeGreaterThan(7 * 1024);
    expect(third![1]).toBeGreaterThan(14 * 1024);
  });

  test('have no number where each input has a process of its own', async () => {
    const { records } = await mapped(new MapFolders(), ['--isolate'], inputs, LEAKS);
    for (const input of inputs) {
      const { profile } = records.get(input)!;
      expect(octavesOf(profile, 'keep'), input).toBeNull();
      expect(profile.program!.growth_by_octave, input).toBeNull();
      expect(profile, input).not.toHaveProperty('process_inputs');
      expect(profile.program!.rss_kb_delta, input).not.toBeNull();
    }
  });
});

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';
import { MapFolders } from '../support/map-folders.js';
import { readRecords, runCli } from '../support/run-cli.js';

const PIPELINE = fileURLToPath(new URL('../programs/threads/pipeline.mjs', import.meta.url));

test('each input of map has what the threads of its pipeline recorded for it', async () => {
  const folders = new MapFolders();
  const inputs = ['5', '7-throw', '1', '2-terminate', '3', '4-kill', '6'];
  const args = ['map', PIPELINE, ...inputs, '--outdir', folders.records, '--profile', '--jobs', '1'];
  const { exitCode } = await runCli(args, { env: folders.env });
  expect(exitCode).toBe(1);
  const records = Object.values(readRecords(folders.records)) as unknown as { input: string; profile: Report }[];
  const calls = records.map(({ input, profile }) => [
    input,
    profile.stages.map(({ stage, calls, cpu_s }) => [stage, calls, cpu_s === null]),
    profile.worker_threads?.threads.length,
  ]);
  expect(new Map(calls.map(([input, ...rest]) => [input, rest]))).toEqual(
    new Map(
      inputs.map((input) => [
        input,
        [
          [
            ['outer', 1, false],
            ['inner', Number(input.split('-')[0]), true],
          ],
          1,
        ],
      ]),
    ),
  );
  expect(await folders.left()).toEqual([]);
});

test('without --profile the threads have no profiler', async () => {
  const folders = new MapFolders();
  const args = ['map', PIPELINE, '5', '--outdir', folders.records];
  const { exitCode } = await runCli(args, { env: folders.env });
  expect(exitCode).toBe(0);
  expect(await folders.left()).toEqual([]);
  expect(Object.values(readRecords(join(folders.records)))).toEqual([{ input: '5' }]);
});

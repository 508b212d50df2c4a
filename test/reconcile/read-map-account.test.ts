import { expect, test } from 'vitest';
import { type MapRunAccount, parseMapAccount } from '../../src/reconcile/read-map-account.js';
import type { MapAccount } from '../../src/records/map-account.js';

const WHOLE: MapAccount = {
  schema: 'stageprof-run/1',
  pipeline: 'flows',
  host: 'n1',
  pid: 4711,
  started_at: '2026-11-23T09:00:00.500Z',
  updated_at: '2026-11-23T09:01:39.600Z',
  ended_at: '2026-11-23T09:01:39.600Z',
  exit_code: 0,
  slurm: { job: '15', array_job: '12', array_task: '3' },
  wall_s: 99.1,
  cpu_s: 49.5,
  own: { cpu_s: 1, rss_kb_peak: 70_000 },
  workers: { started: 2, cpu_s: 48.5, rss_kb_peak: 235_000 },
  tree_rss_kb_peak: 304_000,
  inputs: { total: 20, done: 19, failed: 1, left: 0 },
};

test('a byte order mark before a map account is passed over', () => {
  expect(parseMapAccount(`\ufeff${JSON.stringify(WHOLE)}`)).toEqual(parseMapAccount(JSON.stringify(WHOLE)));
});

test('a map account says what its process took, and of which task it was', () => {
  expect(parseMapAccount(JSON.stringify(WHOLE))).toEqual<MapRunAccount>({
    startedMs: Date.UTC(2026, 10, 23, 9, 0, 0, 500),
    updatedMs: Date.UTC(2026, 10, 23, 9, 1, 39, 600),
    endedMs: Date.UTC(2026, 10, 23, 9, 1, 39, 600),
    task: '12_3',
    wallS: 99.1,
    cpuS: 49.5,
    ownPeakKib: 70_000,
    inputs: 20,
    workersStarted: 2,
    workerPeakKib: 235_000,
    treePeakKib: 304_000,
  });
});

test('what a map account does not know is null', () => {
  const lacking = {
    ...WHOLE,
    ended_at: null,
    slurm: undefined,
    cpu_s: null,
    own: null,
    workers: 7,
    inputs: undefined,
    tree_rss_kb_peak: -1,
  };
  expect(parseMapAccount(JSON.stringify(lacking))).toMatchObject({
    endedMs: null,
    task: undefined,
    cpuS: null,
    ownPeakKib: null,
    inputs: null,
    workersStarted: 0,
    workerPeakKib: null,
    treePeakKib: null,
  });
});

test.each([
  ['{"schema":"stageprof-run/1"', 'is not JSON'],
  ['null', 'is not of schema stageprof-run/1'],
  ['[]', 'is not of schema stageprof-run/1'],
  [JSON.stringify({ ...WHOLE, schema: 'stageprof-run/2' }), 'is not of schema stageprof-run/1'],
  [JSON.stringify({ ...WHOLE, started_at: 'noon' }), 'lacks started_at or wall_s'],
  [JSON.stringify({ ...WHOLE, wall_s: '99' }), 'lacks started_at or wall_s'],
])('%j is no map account', (text, reason) => {
  expect(parseMapAccount(text)).toBe(reason);
});

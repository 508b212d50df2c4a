import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import { MapAccountMeter } from '../../src/corpus/map-account-meter.js';
import { parseMapAccount } from '../../src/reconcile/read-map-account.js';

const TALLY = { total: 5, done: 2, failed: 1 };

function burningMs(milliseconds: number): string[] {
  return ['-e', `while (process.cpuUsage().user + process.cpuUsage().system < ${milliseconds}e3);`];
}

test('names its run, and tells how far the run is', () => {
  const meter = new MapAccountMeter();
  const account = meter.account('p', { tally: TALLY, workerPids: [], started: 3, exitCode: null });
  expect(account).toMatchObject({
    schema: 'stageprof-run/1',
    pipeline: 'p',
    host: hostname(),
    pid: process.pid,
    ended_at: null,
    exit_code: null,
    workers: { started: 3, rss_kb_peak: null },
    inputs: { total: 5, done: 2, failed: 1, left: 2 },
  });
  expect(Date.parse(account.updated_at)).toBeGreaterThanOrEqual(Date.parse(account.started_at));
  const ended = meter.account('p', { tally: TALLY, workerPids: [], started: 3, exitCode: 1 });
  expect(ended).toMatchObject({ exit_code: 1, ended_at: ended.updated_at });
  expect(ended.wall_s).toBeGreaterThan(account.wall_s);
});

test('an account that was written can be read by reconcile', () => {
  const account = new MapAccountMeter().account('p', {
    tally: TALLY,
    workerPids: [process.pid],
    started: 3,
    exitCode: 0,
  });
  expect(parseMapAccount(JSON.stringify(account))).toMatchObject({
    startedMs: Date.parse(account.started_at),
    updatedMs: Date.parse(account.updated_at),
    endedMs: Date.parse(account.ended_at!),
    wallS: account.wall_s,
    cpuS: account.cpu_s,
    ownPeakKib: account.own.rss_kb_peak,
    workersStarted: 3,
    workerPeakKib: account.workers.rss_kb_peak,
    treePeakKib: account.tree_rss_kb_peak,
  });
  expect(account.workers.rss_kb_peak).toBeGreaterThan(30_000);
});

test('counts the CPU of workers that run and of those that have ended, each once', async () => {
  const meter = new MapAccountMeter();
  const cpuS = (workerPids: number[]) =>
    meter.account('p', { tally: TALLY, workerPids, started: 1, exitCode: null }).workers.cpu_s!;
  const before = cpuS([]);
  spawnSync(process.execPath, burningMs(300));
  expect(cpuS([]) - before).toBeGreaterThan(0.28);
  const child = spawn(process.execPath, [
    ...burningMs(400).slice(0, 1),
    `${burningMs(400)[1]} console.log('done'); setInterval(() => {}, 1000);`,
  ]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  const running = cpuS([child.pid!]);
  expect(running - before).toBeGreaterThan(0.65);
  child.kill('SIGKILL');
  await once(child, 'close');
  // What was counted of it while it ran is now that of an ended one.
  expect(Math.abs(cpuS([]) - running)).toBeLessThan(0.15);
});

test('keeps the highest memory of one worker, and of all processes together', async () => {
  const meter = new MapAccountMeter();
  const source = 'globalThis.kept = Buffer.alloc(150e6, 1); console.log(1); setInterval(() => {}, 1000)';
  const child = spawn(process.execPath, ['-e', source]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  meter.look([child.pid!]);
  child.kill('SIGKILL');
  await once(child, 'close');
  const { workers, own, tree_rss_kb_peak } = meter.account('p', {
    tally: TALLY,
    workerPids: [],
    started: 1,
    exitCode: 0,
  });
  expect(workers.rss_kb_peak).toBeGreaterThan(150e6 / 1024);
  expect(tree_rss_kb_peak).toBeGreaterThan(workers.rss_kb_peak! + 30_000);
  expect(own.rss_kb_peak).toBeGreaterThan(30_000);
});

test('each run has an account file of its own, whatever the pipeline is called', () => {
  const name = new MapAccountMeter().fileName(`a\n${'x'.repeat(300)}`);
  expect(name).toMatch(/^run-.+-\d+-\d+\.a_x+\.json$/);
  expect(Buffer.byteLength(name)).toBeLessThan(256);
});

import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { GCProfiler } from 'node:v8';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { RecorderOption } from '../../src/index.js';
import { loadBinding } from '../../src/native/load-addon.js';
import { StageProfiler } from '../../src/profiler/stage-profiler.js';
import { FileBytes } from '../../src/recorder/file-bytes.js';
import { findRecorder } from '../../src/recorder/find.js';
import { type Postmortem, postmortemOf } from '../../src/recorder/postmortem.js';
import { readRecorder } from '../../src/recorder/reader.js';
import { FREE } from '../support/scripted-sampler.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const PROGRAM = join(import.meta.dirname, '../programs/recorder/ends.js');

function readAt(path: string): Postmortem {
  return postmortemOf(readRecorder(new FileBytes(path)));
}

function profilerAt(recorder: string | true | RecorderOption): StageProfiler {
  return new StageProfiler({ recorder }, { stageCost: FREE });
}

afterEach(() => void vi.unstubAllEnvs());

describe('the file', () => {
  test('is made for this user only, and removed when the profiler is closed', () => {
    const path = join(temporaryFolder(), 'a.recorder');
    const profiler = profilerAt(path);
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
    profiler.stage('a').end();
    profiler.close();
    expect(existsSync(path)).toBe(false);
    expect(profiler.report().stages[0]!.calls).toBe(1);
    expect(profiler.report().warnings).toEqual([]);
  });

  test('stays where it is to be kept, and says that it was closed', () => {
    const path = join(temporaryFolder(), 'a.recorder');
    const profiler = profilerAt({ path, keep: true });
    profiler.close();
    const { process: end, report } = readAt(path);
    expect(end).toEqual({ pid: process.pid, running: true, recorder: 'closed' });
    expect(report.partial).toBeUndefined();
  });

  test('is left alone where another process has taken its name by now', () => {
    const path = join(temporaryFolder(), 'a.recorder');
    const profiler = profilerAt(path);
    execFileSync('mv', [path, `${path}.moved`]);
    writeFileSync(path, 'not ours');
    profiler.close();
    expect(readFileSync(path, 'utf8')).toBe('not ours');
  });

  test.each([
    ['a file', (path: string) => writeFileSync(path, 'precious'), 'exists already'],
    ['a folder', (path: string) => mkdirSync(path), 'exists already'],
    ['a link to a file', (path: string) => symlinkSync('/etc/hostname', path), 'exists already'],
    ['a link to nothing', (path: string) => symlinkSync(`${path}.nothing`, path), 'exists already'],
  ])('is refused where there is %s', (_what, make, message) => {
    const path = join(temporaryFolder(), 'a.recorder');
    make(path);
    expect(() => profilerAt(path)).toThrow(
      expect.objectContaining({ code: 'ERR_STAGEPROF_RECORDER', message: expect.stringContaining(message) }),
    );
    expect(existsSync(`${path}.nothing`)).toBe(false);
  });

  test('is refused, with its path, where there is no such folder', () => {
    const path = join(temporaryFolder(), 'none', 'a.recorder');
    expect(() => profilerAt(path)).toThrow(`${path}: the recorder cannot be made, no such file or directory (ENOENT)`);
  });

  test('without a chosen path is in a folder for this user only, and found by its process', () => {
    const folder = join(temporaryFolder(), 'made', 'for us');
    vi.stubEnv('STAGEPROF_DIR', folder);
    const profiler = profilerAt(true);
    expect(lstatSync(folder).mode & 0o777).toBe(0o700);
    const [name, ...more] = readdirSync(folder);
    expect(more).toEqual([]);
    expect(findRecorder(process.pid)).toBe(join(folder, name!));
    profiler.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('is not made in a folder that others can read, and the profiler says so', () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o755);
    vi.stubEnv('STAGEPROF_DIR', folder);
    const profiler = profilerAt(true);
    profiler.stage('a').end();
    profiler.close();
    expect(readdirSync(folder)).toEqual([]);
    expect(profiler.report().warnings).toEqual([expect.stringContaining('no recorder, ')]);
    expect(profiler.report().stages[0]!.calls).toBe(1);
  });
});

test.each(['boundary', 'exact'] as const)(
  'the report read from the file is that of the profiler, %s',
  async (attribution) => {
    const path = join(temporaryFolder(), 'a.recorder');
    const profiler = new StageProfiler(
      { recorder: { path, keep: true }, maxLabels: 20, attribution },
      { stageCost: FREE },
    );
    const waste: unknown[] = [];
    for (let i = 0; i < 50; i++) {
      await profiler.stage('outer', async () => {
        await Promise.all(['a', 'b'].map((label) => profiler.stage(label, () => new Promise(setImmediate))));
        profiler.stage(`label${i}`, () => waste.push(Buffer.alloc(10_000)));
        profiler.stage('\u001b[31m\n"\ud800', () => waste.push(i));
      });
    }
    profiler.close();
    const expected = profiler.report();
    const { report } = readAt(path);
    expect(report.stages.map(withoutOwnCost)).toEqual(expected.stages.map(withoutOwnCost));
    expect(report.labels_folded).toBe(expected.labels_folded);
    expect(report.labels_folded).toBeGreaterThan(0);
    // Up to the last reading, which is taken after the profiler's report.
    for (const field of ['total_wall_s', 'outside_wall_s', 'total_cpu_s', 'outside_cpu_s'] as const) {
      expect(report[field]! - expected[field]!, field).toBeGreaterThanOrEqual(-0.001);
      expect(report[field]! - expected[field]!, field).toBeLessThan(0.5);
    }
    expect(report.sources.attribution).toEqual(expected.sources.attribution);
    expect(report.exact === null).toBe(attribution === 'boundary');
    if (attribution === 'exact') {
      expect(report.exact!.thread_cpu_s!.outside).toBeCloseTo(expected.exact!.thread_cpu_s!.outside, 6);
      // The profiler's last sample is also that of its last charge.
      expect(report.exact!.thread_cpu_s!.total).toBeCloseTo(expected.exact!.thread_cpu_s!.total, 6);
    }
  },
);

function withoutOwnCost<T extends { readonly overhead_s: number | null }>({ overhead_s: _, ...row }: T) {
  return row;
}

test.each([1, 30, 3000])('what the profiler has cost is told as by the profiler itself, of %d stages', (stages) => {
  const path = join(temporaryFolder(), 'a.recorder');
  const profiler = new StageProfiler({ recorder: { path, keep: true } });
  for (let i = 0; i < stages; i++) profiler.stage('outer', () => profiler.stage('inner').end());
  // Read as after a kill.
  const { report } = readAt(path);
  const expected = profiler.report();
  profiler.close();
  expect(expected.overhead_s).toBeGreaterThan(0);
  const costs = ({ overhead_s: whole, stages: rows }: typeof report) => [whole!, ...rows.map((row) => row.overhead_s!)];
  for (const [index, told] of costs(report).entries()) {
    const { [index]: known } = costs(expected);
    expect(told).toBeLessThanOrEqual(1.001 * known! + 1e-9);
    expect(told).toBeGreaterThanOrEqual(0.85 * known! - 1e-9);
  }
});

test('stages that are open are named with the time since they were entered', async () => {
  const path = join(temporaryFolder(), 'a.recorder');
  const profiler = profilerAt(path);
  profiler.stage('over').end();
  const outer = profiler.stage('outer');
  const inner = profiler.stage('inner');
  await new Promise((resolve) => setTimeout(resolve, 350));
  const { open, report, process: end } = readAt(path);
  expect(end).toEqual({ pid: process.pid, running: true, recorder: 'open' });
  expect(open.map(({ stage }) => stage)).toEqual(['outer', 'outer.inner']);
  expect(open[0]!.for_s).toBeGreaterThanOrEqual(open[1]!.for_s!);
  expect(open[1]!.for_s).toBeGreaterThan(0.05);
  expect(report.partial).toBe(true);
  const [over, outerRow, innerRow] = report.stages;
  expect([over!.open, outerRow!.open, innerRow!.open]).toEqual([0, 1, 1]);
  expect(innerRow!.wall_s).toBeGreaterThan(0.05);
  expect(outerRow!.wall_self_s! + innerRow!.wall_s!).toBeCloseTo(outerRow!.wall_s!, 5);
  expect(report.total_wall_s).toBeGreaterThanOrEqual(outerRow!.wall_s!);
  inner.end();
  outer.end();
  expect(readAt(path).open).toEqual([]);
  profiler.close();
});

test('open calls for which the file has no slot are counted and measured all the same', () => {
  const path = join(temporaryFolder(), 'a.recorder');
  const profiler = profilerAt(path);
  const stages = Array.from({ length: 1500 }, () => profiler.stage('a'));
  // Open handles nest.
  const { open, report } = readAt(path);
  expect(open.length).toBeGreaterThan(1000);
  expect(report.stages.reduce((sum, row) => sum + row.open, 0)).toBe(1500);
  for (const stage of stages.reverse()) stage.end();
  expect(profiler.report().stages.reduce((sum, { calls }) => sum + calls, 0)).toBe(1500);
  profiler.close();
});

describe('readings', () => {
  test('come while the thread is busy, in order, and are those of the process', () => {
    const path = join(temporaryFolder(), 'a.recorder');
    const profiler = profilerAt(path);
    const collections = new GCProfiler();
    collections.start();
    const usedBytes = [process.memoryUsage().heapUsed];
    const before = { cpuUs: process.cpuUsage(), wallNs: Number(process.hrtime.bigint()) };
    // At least half of a second of CPU, however long the machine takes to give it.
    const usedUs = () => process.cpuUsage(before.cpuUs).user + process.cpuUsage(before.cpuUs).system;
    while (Number(process.hrtime.bigint()) - before.wallNs < 1.5e9 || usedUs() < 0.5e6);
    const { readings, metadata } = readRecorder(new FileBytes(path));
    usedBytes.push(process.memoryUsage().heapUsed);
    for (const { beforeGC, afterGC } of collections.stop()!.statistics) {
      usedBytes.push(beforeGC.heapStatistics.usedHeapSize, afterGC.heapStatistics.usedHeapSize);
    }
    profiler.close();
    // What the file says of its readings against the code that writes them.
    expect(metadata.reading).toEqual(loadBinding().binding!.sampleLayout().reading);
    // 15 on an idle machine.
    expect(readings.length).toBeGreaterThan(4);
    const [first, last] = [readings[0]!, readings.at(-1)!];
    expect(Math.abs(last.rss_bytes / process.memoryUsage.rss() - 1)).toBeLessThan(0.2);
    expect(last.rss_peak_bytes).toBeGreaterThanOrEqual(last.rss_bytes * 0.99);
    // The loop makes garbage, so the heap rises and falls by more than half of what is used at any one moment.
    expect(last.js_peak_bytes).toBeGreaterThan(Math.min(...usedBytes) * 0.98);
    expect(last.js_peak_bytes).toBeLessThan(Math.max(...usedBytes) * 1.02);
    // Both are the tracker's.
    expect([last.native_bytes, last.native_peak_bytes]).toEqual([Number.NaN, Number.NaN]);
    expect(last.wall_ns).toBeLessThan(Number(process.hrtime.bigint()));
    expect(last.wall_ns).toBeGreaterThan(before.wallNs + 0.5e9);
    const cpuNs = last.process_cpu_ns - first.process_cpu_ns;
    expect(cpuNs).toBeGreaterThan(0.1e9);
    expect(cpuNs).toBeLessThanOrEqual((process.cpuUsage().user + process.cpuUsage().system) * 1e3);
    // In a busy loop all of it is used by this thread, apart from helpers of V8.
    const threadNs = last.thread_cpu_ns - first.thread_cpu_ns;
    expect(threadNs).toBeGreaterThan(cpuNs * 0.5);
    expect(threadNs).toBeLessThanOrEqual(cpuNs * 1.01 + 1e6);
  });
});

describe('a process that ends', () => {
  test.each([
    ['process.exit', 'ended'],
    ['of itself', 'ended'],
    ['error', 'ended'],
    ['worker ends', 'ended'],
    ['worker terminated', 'ended'],
    ['abort', 'open'],
    ['SIGKILL', 'open'],
    ['SIGTERM', 'open'],
  ])('by %s without closing its profiler leaves all calls, with the state "%s"', (how, state) => {
    const path = join(temporaryFolder(), 'a.recorder');
    const { stderr } = spawnSync(process.execPath, [PROGRAM, path, how], { encoding: 'utf8' });
    if (how !== 'error' && how !== 'abort') expect(stderr).toBe('');
    const { report, open, process: end } = readAt(path);
    expect(report.stages.find(({ stage }) => stage === 'done')!.calls).toBe(1);
    expect(open.map(({ stage }) => stage)).toContain('open');
    expect(end).toMatchObject({ running: false, recorder: state });
    // A process that ends by itself is read once more at its end.
    expect(report.partial).toBe(state === 'open' ? true : undefined);
    expect(report.composition).not.toBeNull();
    expect(report.program!.js_kb_delta).not.toBeNull();
  });
});

const isRoot = process.getuid?.() === 0;

describe('a full disk', () => {
  /** Runs a program with many labels where its recorder cannot grow past `kib`. */
  function runWithin(
    kib: number,
    path: string,
  ): { code: number | null; report: { warnings: string[]; calls: number } } {
    const program = `
      import { StageProfiler } from ${JSON.stringify(join(import.meta.dirname, '../../dist/index.js'))};
      const profiler = new StageProfiler({ recorder: { path: ${JSON.stringify(path)}, keep: true } });
      for (let i = 0; i < 2000; i++) profiler.stage('label' + i).end();
      profiler.close();
      const { warnings, stages } = profiler.report();
      console.log(JSON.stringify({ warnings, calls: stages.reduce((sum, { calls }) => sum + calls, 0) }));`;
    const { status, stdout, stderr } = spawnSync(
      'sh',
      ['-c', `ulimit -f ${kib * 2} && exec "$0" --input-type=module -e "$1"`, process.execPath, program],
      { encoding: 'utf8' },
    );
    expect(stderr).toBe('');
    return { code: status, report: JSON.parse(stdout) };
  }

  test('when the recorder is made gives a profiler in memory, and a warning', () => {
    const { code, report } = runWithin(8, join(temporaryFolder(), 'a.recorder'));
    expect(code).toBe(0);
    expect(report.calls).toBe(2000);
    expect(report.warnings).toEqual(['the recorder was given up, file too large (EFBIG): 1']);
  });

  test('when it grows keeps what was there, says so in both reports, and loses nothing of the profiler', () => {
    const path = join(temporaryFolder(), 'a.recorder');
    const { code, report } = runWithin(19_000, path);
    expect(code).toBe(0);
    expect(report.calls).toBe(2000);
    expect(report.warnings).toEqual(['the recorder was given up, file too large (EFBIG): 1']);
    const found = readAt(path);
    expect(found.process.recorder).toBe('abandoned');
    expect(found.report.warnings[0]).toMatch(/given up, file too large/);
    expect(found.report.stages.length).toBeGreaterThan(10);
    expect(found.report.stages.length).toBeLessThan(2000);
  });

  test.skipIf(!isRoot)('that is really full gives a warning, and no signal', () => {
    const folder = temporaryFolder();
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'none', folder]).status !== 0) return;
    try {
      const { code, report } = runWithin(10 ** 6, join(folder, 'a.recorder'));
      expect(code).toBe(0);
      expect(report.calls).toBe(2000);
      expect(report.warnings).toEqual([
        expect.stringMatching(new RegExp(`recorder.*no space left on device \\(ENOSPC\\) in ${folder}: 1$`)),
      ]);
    } finally {
      spawnSync('umount', [folder]);
    }
  });
});

test('without the addon the profiler runs in memory, and says why', () => {
  const path = join(temporaryFolder(), 'a.recorder');
  const program = `
    import { StageProfiler } from ${JSON.stringify(join(import.meta.dirname, '../../dist/index.js'))};
    console.log(JSON.stringify(new StageProfiler({ recorder: ${JSON.stringify(path)} }).report().warnings));`;
  const env = { ...process.env, STAGEPROF_NO_ADDON: '1' };
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program], { env, encoding: 'utf8' });
  expect(JSON.parse(printed)).toEqual(['no recorder, the addon is switched off by STAGEPROF_NO_ADDON: 1']);
  expect(existsSync(path)).toBe(false);
});

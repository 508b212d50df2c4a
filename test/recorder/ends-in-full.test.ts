import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';
import { FileBytes } from '../../src/recorder/file-bytes.js';
import { readRecorder } from '../../src/recorder/reader.js';
import { reportOf } from '../../src/recorder/recorded-report.js';
import { TRACKER } from '../support/compiled-programs.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const INDEX = JSON.stringify(new URL('../../dist/index.js', import.meta.url).href);
const KIB = 1024;

interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly report: Report;
}

/** Runs a module that has a `profiler` with a recorder, and reads what is left of it. */
function end(source: string, flags: readonly string[] = [], limits = '', environment = {}): Ended {
  const path = join(temporaryFolder(), 'a.recorder');
  const program = `import { StageProfiler } from ${INDEX};
    const profiler = new StageProfiler({ recorder: ${JSON.stringify(path)} });
    ${source}`;
  const command = `${limits} exec "$@"`;
  const args = ['-c', command, 'sh', process.execPath, ...flags, '--input-type=module', '-e', program];
  const { status, signal, stdout, stderr } = spawnSync('sh', args, {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  expect(stderr).toBe('');
  const file = new FileBytes(path);
  try {
    return { status, signal, stdout, report: reportOf(readRecorder(file)) };
  } finally {
    file.close();
  }
}

describe('the report of a process that was ended by a signal', () => {
  test('has the JS heap of a thread that neither collects nor waits nor opens a stage', () => {
    const { signal, report } = end(
      `const kept = [];
      // By its CPU, and not by the time: the heap of a thread that hardly runs is not looked at.
      while (process.cpuUsage().user < 1_200_000) {
        if (kept.length < 400) kept.push(new Array(1000).fill(0));
        // Each reading of the clock allocates.
        else for (let i = 0; i < 1_000_000; i++);
      }
      process.kill(process.pid, 'SIGKILL');`,
      ['--max-semi-space-size=64', '--min-semi-space-size=64'],
    );
    expect(signal).toBe('SIGKILL');
    const { gc_calls, js_kb_delta } = report.program!;
    expect(gc_calls).toBe(0);
    expect(js_kb_delta).toBeGreaterThan(400 * 8 - 100);
    expect(js_kb_delta).toBeLessThan(400 * 8 + 2 * KIB);
  });

  test('has the Buffers of a server without stages, and what its memory consisted of', () => {
    const { signal, report } = end(
      `const kept = [];
      // The server goes on working: what it does before one long wait may be told only after that wait.
      setInterval(() => {
        if (kept.length < 50 && kept.push(Buffer.alloc(1 << 20, 1)) === 50) {
          setTimeout(() => process.kill(process.pid, 'SIGTERM'), 900);
        }
      }, 4);`,
    );
    expect(signal).toBe('SIGTERM');
    expect(report.program!.external_kb_delta).toBeGreaterThan(49 * KIB);
    expect(report.composition!.buffers_kb).toBeGreaterThan(50 * KIB);
    const { rss_kb, js_heap_kb, code_kb, stacks_kb } = report.composition!;
    expect(js_heap_kb! + code_kb! + stacks_kb! + 50 * KIB).toBeLessThan(1.1 * rss_kb!);
    expect(report.partial).toBe(true);
  });

  test('has what modules held, in a stage that was open', () => {
    const { report } = end(
      `const kept = [];
      profiler.stage('request', () => {
        for (let i = 0; i < 20; i++) kept.push(Buffer.alloc(1 << 20, 1));
        const until = process.hrtime.bigint() + 600_000_000n;
        while (process.hrtime.bigint() < until) ;
        process.kill(process.pid, 'SIGKILL');
      });`,
      [],
      '',
      { LD_PRELOAD: TRACKER, STAGEPROF_TRACK_MODULES: '1', STAGEPROF_TRACK_LIVE: '524288' },
    );
    const [request] = report.stages;
    expect(request).toMatchObject({ open: 1 });
    // The Buffers are above the rate, so exact; the sample of the rest of node may have become less.
    expect(request!.native_live_modules!.node).toBeGreaterThan(18 * KIB);
    expect(report.live_modules!.node).toBeGreaterThan(18 * KIB);
  });

  test('has a stage that closed just before', () => {
    const { report } = end(
      `const kept = [];
      for (let i = 0; i < 20; i++) profiler.stage('request', () => kept.push(Buffer.alloc(1 << 20, 1)));
      process.kill(process.pid, 'SIGKILL');`,
    );
    const [request] = report.stages;
    expect(request).toMatchObject({ calls: 20, open: 0 });
    expect(report.program!.external_kb_delta).toBeGreaterThanOrEqual(request!.external_kb_delta!);
    expect(report.program!.rss_kb_peak_max).toBeGreaterThanOrEqual(request!.rss_kb_peak_max!);
  });
});

describe('the report of a program that ended by itself', () => {
  const TRACKED = { LD_PRELOAD: TRACKER };
  const STREAMS = `import zlib from 'node:zlib';
    const streams = Array.from({ length: 2000 }, () => zlib.createDeflate());
    await Promise.all(streams.map((stream) => new Promise((resolve) => stream.write('x', resolve))));
    await profiler.stage('kept', () => new Promise((resolve) => setTimeout(resolve, 250)));
    globalThis.streams = streams;`;

  test.each([1, 2])('has what was live before node took it down, which takes several readings (%d)', () => {
    const { status, report } = end(STREAMS, [], '', TRACKED);
    expect(status).toBe(0);
    const { native_kb_delta: live, native_kb_peak_max: peak } = report.program!;
    expect(peak).toBeGreaterThan(200 * KIB);
    expect(live).toBeGreaterThan(0.95 * peak!);
  });

  test('has what the program itself has freed, though nothing but JS ran since', () => {
    const { status, report } = end(
      `${STREAMS}
      for (const stream of streams) stream.destroy();
      streams.length = 0;
      await new Promise((resolve) => setTimeout(resolve, 500));`,
      [],
      '',
      TRACKED,
    );
    expect(status).toBe(0);
    const { native_kb_delta: live, native_kb_peak_max: peak } = report.program!;
    expect(peak).toBeGreaterThan(200 * KIB);
    expect(live).toBeLessThan(0.1 * peak!);
  });
});

test('a program that closes the descriptors of others finds nothing of a recorder in its own files', () => {
  const folder = temporaryFolder();
  const { stdout, report } = end(
    `import fs from 'node:fs';
    const ours = fs.readdirSync('/proc/self/fd').filter((fd) => {
      try { return /\\.recorder$|^\\/proc\\//.test(fs.readlinkSync('/proc/self/fd/' + fd)); } catch { return false; }
    }).map(Number);
    for (const fd of ours) try { fs.closeSync(fd); } catch {}
    const path = (i) => ${JSON.stringify(folder)} + '/file' + i;
    const opened = [];
    while (Math.max(...ours) !== opened.at(-1) && opened.length < 64) {
      opened.push(fs.openSync(path(opened.length), 'w+'));
      fs.writeSync(opened.at(-1), 'mine');
    }
    // Some were open for a moment only, and the recorder may have opened some again.
    const taken = ours.filter((fd) => opened.includes(fd));
    for (let i = 0; i < 300; i++) profiler.stage('label' + i).end();
    profiler.close();
    const texts = new Set(opened.map((_, i) => fs.readFileSync(path(i), 'latin1')));
    console.log(ours.length > 1 && taken.length > ours.length / 2, [...texts].join());
    for (const fd of opened) fs.fstatSync(fd);
    process.on('exit', () => fs.rmSync(${JSON.stringify(folder)}, { recursive: true }));`.replace(
      'profiler.close();',
      '',
    ),
    [],
    'ulimit -n 96;',
  );
  expect(stdout).toBe('true mine\n');
  expect(report.stages).toHaveLength(300);
});

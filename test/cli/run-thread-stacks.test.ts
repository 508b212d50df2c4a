import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { Programs } from '../support/compiled-programs.js';
import { nodeHeaders } from '../support/native-stages.js';
import { runCli } from '../support/run-cli.js';
import { type StackRow, stackRows, sumOf } from '../support/stack-rows.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const PROGRAM = fileURLToPath(new URL('../programs/stacks/burning.js', import.meta.url));

const programs = new Programs(dirname(PROGRAM));
afterAll(() => programs[Symbol.dispose]());

async function run(how: string, stacks = 'cpu') {
  const folder = temporaryFolder();
  const out = join(folder, 'report.json');
  const args = ['run', '--full', '--stacks', stacks, '--out', out, '--', process.execPath, PROGRAM, how];
  const addon = programs.compile('burning.c', 'burning.so', `-I${nodeHeaders()}`);
  const result = await runCli(args, { cwd: folder, env: { ADDON: addon } });
  const file = join(folder, 'report.stacks.pb.gz');
  const rows = existsSync(file) ? await stackRows(file) : [];
  return { ...result, file, rows, report: JSON.parse(readFileSync(out, 'utf8')) };
}

/** Rows with a function in their stack. */
function withName(rows: readonly StackRow[], name: string): StackRow[] {
  return rows.filter(({ names }) => names.includes(name));
}

/** The CPU of a function by stage. */
function stagesOf(rows: readonly StackRow[], name: string): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { stage, cpuMs } of withName(rows, name)) sums[stage] = (sums[stage] ?? 0) + cpuMs;
  return sums;
}

describe.runIf(process.arch === 'x64' || process.arch === 'arm64')('the stacks of the CPU of other threads', () => {
  test('are in the stages that have queued the work, by the shares that they had', async () => {
    const { exitCode, rows, report, stderr, file } = await run('pool');
    expect(exitCode).toBe(0);
    const lightly = stagesOf(rows, 'burns_lightly');
    const heavily = stagesOf(rows, 'burns_heavily');
    expect(Object.keys(lightly)).toEqual(['few']);
    expect(Object.keys(heavily)).toEqual(['many']);
    const share = lightly.few! / (lightly.few! + heavily.many!);
    expect(share).toBeGreaterThan(0.15);
    expect(share).toBeLessThan(0.35);
    // Some of the exact 1,200 ms are outside of the functions or met by no sample.
    expect(lightly.few! + heavily.many!).toBeGreaterThan(1000);
    expect(lightly.few! + heavily.many!).toBeLessThan(1500);
    // Behind the native stack stands the JS that has queued the work.
    expect(withName(rows, 'burns_heavily').every(({ names }) => names.indexOf('many') >= 0)).toBe(true);
    expect(report.sources.thread_stacks).toMatchObject({ truth: 'sampled' });
    expect(stderr).toMatch(
      /^cpu +many +\d+ % ± \d+ of \S+ \S+ +burns_heavily burning\.so < \(work of\) many burning\.js:/m,
    );
    const { stdout } = await runCli(['flame', file, '--stage', 'many']);
    expect(stdout).toMatch(/^\[many\];.*;burns_heavily burning\.so \d+$/m);
  });

  test('follow threads that such work has made', async () => {
    const { rows } = await run('threads');
    expect(Object.keys(stagesOf(rows, 'burns_in_thread'))).toEqual(['few']);
    expect(stagesOf(rows, 'burns_in_thread').few).toBeGreaterThan(200);
  });

  test('of work that node itself has queued are in no stage', async () => {
    const { rows } = await run('node');
    const keys = rows.filter(({ thread, names }) => thread !== 'main' && names.some((name) => /PBKDF2/.test(name)));
    expect(sumOf(keys, 'cpuMs')).toBeGreaterThan(100);
    expect(new Set(keys.map(({ stage }) => stage))).toEqual(new Set(['(unknown)']));
    // The assembly that it calls finds its frame in a way of its own, but for its first and last instructions.
    const inAssembly = rows.filter(({ names }) => names.some((name) => /sha512/.test(name)));
    const lost = withName(inAssembly, '(caller not found)');
    expect(sumOf(lost, 'cpuMs') / sumOf(inAssembly, 'cpuMs')).toBeLessThan(0.25);
    expect(Object.keys(stagesOf(rows, 'burns_lightly'))).toEqual(['few']);
  });

  test('leave JS threads to V8', async () => {
    const { rows } = await run('worker');
    expect(
      sumOf(
        withName(rows, '(anonymous)').filter(({ thread }) => thread === 'worker'),
        'cpuMs',
      ),
    ).toBeGreaterThan(50);
    const native = rows.filter(({ thread }) => thread !== 'main' && thread !== 'worker');
    expect(native.length).toBeGreaterThan(0);
    expect(native.filter(({ names }) => names.some((name) => /worker::Worker/.test(name)))).toEqual([]);
  });

  test('have what sharp and snappy use on threads of their own in their stages', async () => {
    const folder = temporaryFolder();
    const out = join(folder, 'report.json');
    const program = join(dirname(PROGRAM), 'thread-packages.js');
    await runCli(['run', '--stacks', 'cpu', '--out', out, '--', process.execPath, program], { cwd: folder });
    const { stdout } = await runCli(['flame', join(folder, 'report.stacks.pb.gz')]);
    const sums: Record<string, Record<string, number>> = { libvips: {}, snappy: {} };
    for (const line of stdout.trimEnd().split('\n')) {
      const [, stage = '', innermost = '', ns = ''] = /^\[(.*?)\];(?:.*;)?(.*) (\d+)$/.exec(line) ?? [];
      for (const [name, stages] of Object.entries(sums)) {
        if (innermost.includes(name)) stages[stage] = (stages[stage] ?? 0) + Number(ns) / 1e6;
      }
    }
    const { libvips, snappy } = sums as { libvips: Record<string, number>; snappy: Record<string, number> };
    // How much is unknown goes with what else the machine does: up to half beside a load average of 10. None is another's.
    expect(libvips.webp).toBeGreaterThan(50);
    expect(libvips.png).toBeGreaterThan(20);
    expect(libvips.snappy ?? 0).toBe(0);
    expect(snappy.snappy).toBeGreaterThan(50);
    expect((snappy['(unknown)'] ?? 0) / snappy.snappy!).toBeLessThan(0.1);
    expect(Object.keys(snappy).filter((stage) => stage === 'png' || stage === 'webp')).toEqual([]);
  });

  test('are there when the program is killed', async () => {
    const { exitCode, rows } = await run('killed');
    expect(exitCode).toBe(137);
    expect(stagesOf(rows, 'burns_lightly').few).toBeGreaterThan(200);
  });

  test('are beside those of native memory', async () => {
    const { rows } = await run('pool', 'cpu,native');
    expect(Object.keys(stagesOf(rows, 'burns_lightly'))).toEqual(['few']);
    expect(sumOf(rows, 'allocated')).toBeGreaterThan(0);
  });
});

test('without the tracker there are none, for a reason', () => {
  const code = `import { StageProfiler } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)};
    const profiler = new StageProfiler({ stacks: ['cpu'] });
    console.log(JSON.stringify(profiler.report().sources.thread_stacks));
    profiler.close();`;
  const state = JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', code]).toString());
  expect([state.available, state.reason]).toEqual([false, 'the tracker is not preloaded']);
});

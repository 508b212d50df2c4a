import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { Programs, TRACKER } from '../support/compiled-programs.js';
import { nodeHeaders } from '../support/native-stages.js';
import { runCli } from '../support/run-cli.js';
import { type StackRow, stackRows, sumOf } from '../support/stack-rows.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const PROGRAM = fileURLToPath(new URL('../programs/stacks/native.js', import.meta.url));
const MIB = 2 ** 20;

const programs = new Programs(dirname(PROGRAM));
afterAll(() => programs[Symbol.dispose]());
const holder = () => programs.compile('holder.c', 'holder.so', `-I${nodeHeaders()}`);

async function run(how: string, { flags = [], addon = holder() }: { flags?: readonly string[]; addon?: string } = {}) {
  const folder = temporaryFolder();
  const out = join(folder, 'report.json');
  const args = ['run', '--full', '--stacks', 'native', ...flags, '--out', out, '--', process.execPath, PROGRAM, how];
  const result = await runCli(args, { cwd: folder, env: { ADDON: addon } });
  const stacks = join(folder, 'report.stacks.pb.gz');
  const rows = existsSync(stacks) ? await stackRows(stacks) : [];
  return { ...result, folder, stacks, rows, report: JSON.parse(readFileSync(out, 'utf8')) };
}

/** Rows of a stage whose stack has these functions, one after another from the outermost. */
function withNames(rows: readonly StackRow[], stage: string, ...names: readonly string[]): StackRow[] {
  return rows.filter((row) => {
    const found = row.names.filter((name) => names.includes(name));
    return row.stage === stage && found.join() === names.join();
  });
}

describe.runIf(process.arch === 'x64')('the stacks of native memory', () => {
  test('say what each stage holds, what it held at the peak, and who allocated it', async () => {
    const { exitCode, stderr, rows, report } = await run('');
    expect(exitCode).toBe(0);
    const many = withNames(rows, 'many', 'holdsMany', 'hold', 'hold_large');
    // Each block is larger than the rate, so it is exact but for what malloc rounds up.
    expect(sumOf(many, 'live') / MIB).toBeCloseTo(40, 0);
    expect(sumOf(many, 'peak')).toBe(0);
    const peak = withNames(rows, 'peak', 'peaks', 'hold', 'hold_large');
    expect([sumOf(peak, 'live'), sumOf(peak, 'peak') / MIB]).toEqual([0, expect.closeTo(100, 0)]);
    const little = withNames(rows, 'outer.little', 'holdsLittle', 'hold', 'hold_small');
    const error = Math.sqrt(20_000 * 1008 * 512 * 1024);
    expect(Math.abs(sumOf(little, 'live') - 20_000 * 1008)).toBeLessThan(6 * error);
    expect(new Set(many.map(({ thread }) => thread))).toEqual(new Set(['main']));
    expect(report.sources.native_stacks).toMatchObject({ truth: 'sampled', method: 'tracker' });
    expect(stderr).toMatch(/^live {2}many +40\.\d MiB in 20 blocks +hold_large holder\.so < holdsMany native\.js:/m);
    expect(stderr).toMatch(
      /^live {2}outer\.little +\S+ MiB ± \S+ MiB in about [\d,]+ blocks +hold_small holder\.so < /m,
    );
    expect(stderr).toMatch(/^peak {2}peak +100 MiB +hold_large holder\.so < peaks native\.js:/m);
  });

  test.each([
    ['is killed', 'killed', 137],
    ['calls process.exit', 'exit', 3],
  ])('are there when the program %s', async (_, how, code) => {
    const { exitCode, rows, folder } = await run(how);
    expect(exitCode).toBe(code);
    expect(sumOf(withNames(rows, 'many', 'holdsMany', 'hold_large'), 'live') / MIB).toBeCloseTo(40, 0);
    expect(readdirSync(folder).sort()).toEqual(['report.json', 'report.stacks.pb.gz']);
  });

  test('tell worker threads apart', async () => {
    const { rows } = await run('worker');
    const inWorker = withNames(rows, 'in a worker', 'holdsMany', 'hold', 'hold_large');
    expect(sumOf(inWorker, 'live') / MIB).toBeCloseTo(40, 0);
    expect(new Set(inWorker.map(({ thread }) => thread))).toEqual(new Set(['worker']));
  });

  test.each([
    ['that ends', 'rounds', 0],
    ['that is killed', 'rounds killed', 137],
  ])('tell what has outlived which stages in a program %s', async (_, how, code) => {
    const { stderr, exitCode } = await run(how);
    expect(exitCode).toBe(code);
    // Three blocks in four were there when the stage began for the last time.
    const [heading = '', ...rows] = stderr.slice(stderr.indexOf('born in, there after')).split('\n');
    expect(heading.split(/ {2,}/)).toEqual(['born in, there after', 'works', 'keeps less', 'keeps']);
    const cells = rows.map((row) => row.split(/ {2,}/));
    const mibOf = (stage: string) => {
      const [, ...amounts] = cells.find(([born]) => born === stage)!;
      return amounts.map((amount) => Number(/^([\d.]+) MiB$/.exec(amount)?.[1]));
    };
    // A small block of node's own may be among the sampled ones.
    const about = (mib: number) => expect.closeTo(mib, -1);
    expect(mibOf('keeps')).toEqual([40, 40, 30].map(about));
    expect(mibOf('keeps less')).toEqual([20, 15, 15].map(about));
  });

  test('are sampled at the rate that is asked for', async () => {
    const { rows } = await run('', { flags: ['--stacks-bytes', '16384'] });
    const error = Math.sqrt(20_000 * 1008 * 16384);
    expect(Math.abs(sumOf(withNames(rows, 'outer.little', 'hold_small'), 'live') - 20_000 * 1008)).toBeLessThan(
      6 * error,
    );
  });

  test('are what flame shows, in bytes', async () => {
    const { stacks, folder } = await run('');
    const shown = async (...args: string[]) => (await runCli(['flame', stacks, ...args])).stdout.split('\n');
    const live = await shown('--type', 'live');
    expect(live).toEqual(await shown());
    expect(live.find((line) => line.startsWith('[many];'))).toMatch(
      /;holdsMany \S+native\.js:\d+;.*hold holder\.so;hold_large holder\.so 419\d+$/,
    );
    expect((await shown('--type', 'peak')).some((line) => line.startsWith('[many];'))).toBe(false);
    const { exitCode, stderr } = await runCli(['flame', stacks, '--type', 'lines']);
    expect([exitCode, stderr]).toEqual([
      2,
      'stageprof: --type lines: these files have no CPU stacks; --stacks cpu samples them\n',
    ]);
    const profile = await runCli(['flame', stacks, '--format', 'cpuprofile']);
    expect(profile.stderr).toContain('it has times only');
    const file = join(folder, 'all.json');
    await runCli(['flame', stacks, '--format', 'speedscope', '-o', file]);
    expect(JSON.parse(readFileSync(file, 'utf8')).profiles[0]).toMatchObject({ unit: 'bytes', name: 'main' });
  });

  test('are named later by the files of --symbols', async () => {
    const whole = holder();
    const stripped = join(programs.folder, 'stripped', 'holder.so');
    mkdirSync(dirname(stripped), { recursive: true });
    execFileSync('strip', ['-o', stripped, whole]);
    const { stacks } = await run('', { addon: stripped });
    // One function is not exported.
    const without = await runCli(['flame', stacks]);
    expect(without.stdout).toMatch(/;holder\.so\+0x[0-9a-f]+;hold_large holder\.so /);
    const { stdout } = await runCli(['flame', stacks, '--symbols', dirname(whole)]);
    expect(stdout).toContain(';hold holder.so;hold_large holder.so ');
  });

  const inCode = (how: string) => {
    const env = { ...process.env, ADDON: holder(), LD_PRELOAD: TRACKER };
    const flags = { STAGEPROF_TRACK_MODULES: '1', STAGEPROF_TRACK_LIVE: '524288', STAGEPROF_TRACK_STACKS: '1' };
    return JSON.parse(execFileSync(process.execPath, [PROGRAM, how], { env: { ...env, ...flags } }).toString());
  };
  const liveMiB = async (pprof: string, stage: string) => {
    const rows = await stackRows(Buffer.from(pprof, 'base64'));
    // Functions have no names yet. What node itself allocates is small, and sampled as half a MiB.
    const mine = rows.filter((row) => row.stage === stage && row.live >= MIB);
    return sumOf(mine, 'live') / MIB;
  };

  test('are in code beside those of the CPU, and after close as they were', async () => {
    const { early, late, sources } = inCode('in code');
    expect(sources.native_stacks).toMatchObject({ available: true });
    for (const pprof of [early, late]) expect(await liveMiB(pprof, 'many')).toBeCloseTo(40, 0);
  });

  test('are told of a profiler that is opened after the last one was closed', async () => {
    const { early, late, emitIsReplaced } = inCode('one after another');
    expect(emitIsReplaced).toBe(false);
    for (const pprof of [early, late]) {
      expect(await liveMiB(pprof, 'later')).toBeCloseTo(40, 0);
      expect(await liveMiB(pprof, 'many')).toBeCloseTo(38, 0);
    }
  });
});

test.runIf(process.arch === 'x64')(
  'a recorder of a killed program has them beside it, and postmortem tells them',
  async () => {
    const folder = temporaryFolder();
    const recorder = join(folder, 'app.recorder');
    const env = {
      ADDON: holder(),
      RECORDER: recorder,
      LD_PRELOAD: TRACKER,
      STAGEPROF_TRACK_MODULES: '1',
      STAGEPROF_TRACK_LIVE: '524288',
      STAGEPROF_TRACK_STACKS: '1',
    };
    const start = (how: string) => spawnSync(process.execPath, [PROGRAM, how], { env: { ...process.env, ...env } });
    expect(start('killed').signal).toBe('SIGKILL');
    expect(readdirSync(folder).sort()).toEqual(['app.recorder', 'app.recorder.sites']);
    const { stdout } = await runCli(['postmortem', recorder, '--full']);
    expect(stdout).toMatch(/^live {2}many +40\.\d MiB in 20 blocks +hold_large holder\.so < holdsMany native\.js:/m);
    // Whoever reads it must not wait for the other end of a pipe.
    rmSync(`${recorder}.sites`);
    execFileSync('mkfifo', [`${recorder}.sites`]);
    const { exitCode, stderr } = await runCli(['postmortem', recorder]);
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining('these stacks are left out, not a plain file')]);
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    expect(start('closed').status).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  },
);

test.runIf(process.arch === 'x64')('a recorder of a killed program tells what had outlived which stages', async () => {
  const recorder = join(temporaryFolder(), 'app.recorder');
  const env = {
    ADDON: holder(),
    RECORDER: recorder,
    LD_PRELOAD: TRACKER,
    STAGEPROF_TRACK_MODULES: '1',
    STAGEPROF_TRACK_LIVE: '524288',
    STAGEPROF_TRACK_STACKS: '1',
  };
  const { signal } = spawnSync(process.execPath, [PROGRAM, 'rounds killed'], { env: { ...process.env, ...env } });
  expect(signal).toBe('SIGKILL');
  const { stdout } = await runCli(['postmortem', recorder, '--full']);
  expect(stdout).toMatch(
    /^born in, there after +works +keeps less +keeps\nkeeps +40\.0 MiB +40\.0 MiB +30\.0 MiB\nkeeps less +20\.0 MiB +15\.0 MiB +15\.0 MiB$/m,
  );
});

test.runIf(process.arch === 'x64')('a process has one file of them, that of the recorder of `run`', async () => {
  const folder = temporaryFolder();
  const flags = ['--stacks', 'native', '--out', join(folder, 'report.json')];
  const { stdout } = await runCli(['run', ...flags, '--', process.execPath, PROGRAM, 'own recorder'], {
    env: { ADDON: holder(), RECORDER: join(folder, 'own.recorder') },
  });
  expect(JSON.parse(stdout)).toMatchObject({ available: true, reason: expect.stringContaining('beside the recorder') });
});

test('without the tracker there are none, for a reason', async () => {
  const folder = temporaryFolder();
  const code = `import { StageProfiler } from ${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)};
    const profiler = new StageProfiler({ stacks: ['native'] });
    console.log(JSON.stringify([profiler.report().sources.native_stacks, profiler.stacks() ?? null]));`;
  const [state, stacks] = JSON.parse(
    execFileSync(process.execPath, ['--input-type=module', '-e', code], { cwd: folder }).toString(),
  );
  expect([state.available, state.reason, stacks]).toEqual([false, 'the tracker is not preloaded', null]);
});

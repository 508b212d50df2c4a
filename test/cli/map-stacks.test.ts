import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Programs } from '../support/compiled-programs.js';
import { nodeHeaders } from '../support/native-stages.js';
import { runCli } from '../support/run-cli.js';
import { stackRows, sumOf } from '../support/stack-rows.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const PIPELINE = fileURLToPath(new URL('../programs/stacks/pipeline.js', import.meta.url));

test('a shard has one stack profile, to which a run that resumes it adds', async () => {
  const folder = temporaryFolder();
  const map = (...args: string[]) =>
    runCli(['map', PIPELINE, 'a', 'b', 'c', 'd', 'fail', '--outdir', folder, '--profile', '--stacks', 'cpu', ...args], {
      env: args.includes('--resume') ? {} : { FAIL: '1' },
    });
  const first = await map('--jobs', '2');
  expect(first.exitCode).toBe(1);
  expect(first.stdout).toMatch(/^cpu {2}long /m);
  const path = join(folder, 'task-0.stacks.pb.gz');
  const rows = await stackRows(path);
  const cpuOf = (of: typeof rows, stage: string) =>
    sumOf(
      of.filter((row) => row.stage === stage),
      'cpuMs',
    );
  expect(cpuOf(rows, 'long')).toBeGreaterThan(cpuOf(rows, 'short'));
  const named = rows.filter(({ stage, names }) => stage === 'long' && names.includes('short'));
  expect(named).toEqual([]);
  expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);

  expect((await map('--resume')).exitCode).toBe(0);
  expect(cpuOf(await stackRows(path), 'long')).toBeGreaterThan(cpuOf(rows, 'long'));
});

test('--stacks needs --profile, and --stacks-hz needs --stacks', async () => {
  const run = async (...args: string[]) =>
    (await runCli(['map', PIPELINE, 'a', '--outdir', temporaryFolder(), ...args])).lines;
  expect(await run('--stacks', 'cpu')).toEqual(['stageprof: --stacks needs --profile beside it']);
  expect(await run('--profile', '--stacks-hz', '50')).toEqual(['stageprof: --stacks-hz needs --stacks cpu beside it']);
  expect(await run('--profile', '--stacks', 'heap')).toEqual([
    expect.stringMatching(/It has to be a list of "cpu" or "native"\.$/),
  ]);
});

test.runIf(process.arch === 'x64')(
  'native stacks of all inputs are in the file of the shard, also of one that was killed',
  async () => {
    using programs = new Programs(dirname(PIPELINE));
    const addon = programs.compile('holder.c', 'holder.so', `-I${nodeHeaders()}`);
    const folder = temporaryFolder();
    const args = ['--outdir', folder, '--profile', '--stacks', 'native', '--isolate'];
    const pipeline = join(dirname(PIPELINE), 'native-pipeline.js');
    const { exitCode, stdout } = await runCli(['map', pipeline, 'a', 'b', 'killed', ...args], {
      env: { ADDON: addon },
    });
    expect(exitCode).toBe(1);
    const rows = await stackRows(join(folder, 'task-0.stacks.pb.gz'));
    const held = rows.filter(({ stage, names }) => stage === 'holds' && names.includes('hold_large'));
    expect(sumOf(held, 'live') / 2 ** 20).toBeCloseTo(3 * 20, 0);
    const record = JSON.parse(readFileSync(join(folder, 'killed.native-pipeline.jsonl'), 'utf8'));
    expect(record.error.live_stacks[0]).toMatchObject({
      stage: 'holds',
      blocks: 10,
      kb: expect.closeTo(20 * 1024, -3),
    });
    expect(record.error.live_stacks[0].stack).toContain('hold_large holder.so < ');
    expect(record.error.outlived[0]).toEqual({
      born_in: 'holds',
      there_after: 'works',
      // A small block of node's own may be among the sampled ones.
      kb: expect.closeTo(20 * 1024, -4),
    });
    expect(stdout).toMatch(/^born in, there after +works/m);
    expect(stdout).toMatch(/^live {2}holds +60\.\d MiB in 30 blocks +hold_large holder\.so < /m);
  },
);

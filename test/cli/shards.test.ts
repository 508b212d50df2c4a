import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fixture, readRecords, runCli } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const OUTCOMES = fixture('outcomes.mjs');
const INPUTS = ['x/1', 'y/1', '2', '3', '4', '5', '6'];

describe('stageprof map in tasks', () => {
  test('the ids 3, 6 and 9 of an array share one outdir and cover every input once', async () => {
    const cwd = temporaryFolder();
    const shares: string[][] = [];
    for (const id of ['3', '6', '9']) {
      const env = {
        SLURM_ARRAY_TASK_ID: id,
        SLURM_ARRAY_TASK_COUNT: '3',
        SLURM_ARRAY_TASK_MIN: '3',
        SLURM_ARRAY_TASK_MAX: '9',
        SLURM_ARRAY_TASK_STEP: '3',
      };
      const before = Object.keys(records(cwd));
      const { exitCode, lines } = await runCli(['map', OUTCOMES, ...INPUTS], { cwd, env });
      expect(exitCode).toBe(0);
      expect(lines[0]).toMatch(/^stageprof: task index \d of 3 from SLURM_ARRAY_TASK_ID=\d: \d of 7 inputs/);
      const added = Object.entries(records(cwd)).filter(([name]) => !before.includes(name));
      shares.push(added.map(([, { input }]) => input).sort());
    }
    expect(shares).toEqual([
      ['3', '6', 'x/1'],
      ['4', 'y/1'],
      ['2', '5'],
    ]);
  });

  test('the title of a summary names the Slurm task that all its records are of', async () => {
    const cwd = temporaryFolder();
    for (const id of ['0', '1']) {
      const env = {
        SLURM_JOB_ID: `12${id}`,
        SLURM_ARRAY_JOB_ID: '120',
        SLURM_ARRAY_TASK_ID: id,
        SLURM_ARRAY_TASK_COUNT: '2',
        SLURM_ARRAY_TASK_MIN: '0',
      };
      const args = ['map', OUTCOMES, '--profile', '--outdir', id, '1', '2', '3'];
      expect(await runCli(args, { cwd, env })).toMatchObject({ exitCode: 0 });
    }
    const titleOf = async (...folders: string[]) =>
      (await runCli(['summarize', ...folders], { cwd })).stdout.split('\n')[0];
    expect(await titleOf('0')).toBe('2 records in 2 files, all of Slurm task 120_0');
    expect(await titleOf('0', '1')).toBe('3 records in 3 files');
  });

  test('the job ad of HTCondor gives the shard, and the title of the table names it', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, '.job.ad'), 'ClusterId = 12\nProcId = 2\nTotalSubmitProcs = 3\n');
    const env = { _CONDOR_JOB_AD: join(cwd, '.job.ad') };
    const { exitCode, stdout, lines } = await runCli(['map', OUTCOMES, '--profile', ...INPUTS], { cwd, env });
    expect(exitCode).toBe(0);
    expect(lines[0]).toMatch(/^stageprof: task index 2 of 3 from ProcId=2: 2 of 7 inputs/);
    expect(stdout.split('\n')[0]).toBe('2 records, pipeline outcomes, task index 2 of 3');
  });

  test('an index of Kubernetes and --task-count make a shard, and the index alone an error', async () => {
    const cwd = temporaryFolder();
    const env = { JOB_COMPLETION_INDEX: '1' };
    const alone = await runCli(['map', OUTCOMES, ...INPUTS], { cwd, env });
    expect(alone).toMatchObject({ exitCode: 2, stdout: '' });
    expect(alone.lines).toEqual([
      'stageprof: JOB_COMPLETION_INDEX=1, and Kubernetes does not tell how many tasks there are: give --task-count ' +
        '(--task-index 0 --task-count 1 takes all)',
    ]);
    const { exitCode, lines } = await runCli(['map', OUTCOMES, '--task-count', '3', ...INPUTS], { cwd, env });
    expect(exitCode).toBe(0);
    expect(lines[0]).toMatch(/^stageprof: task index 1 of 3 from JOB_COMPLETION_INDEX=1: 2 of 7 inputs/);
    expect(
      Object.values(records(cwd))
        .map(({ input }) => input)
        .sort(),
    ).toEqual(['4', 'y/1']);
  });

  test('--task-first is the index of the first task', async () => {
    const cwd = temporaryFolder();
    const flags = ['--task-count', '3', '--task-first', '1'];
    const { exitCode, lines } = await runCli(['map', OUTCOMES, ...flags, ...INPUTS], {
      cwd,
      env: { PBS_ARRAY_INDEX: '3' },
    });
    expect(exitCode).toBe(0);
    expect(lines[0]).toMatch(/^stageprof: task index 2 of 3 from PBS_ARRAY_INDEX=3: 2 of 7 inputs/);
  });

  test('flags override the environment', async () => {
    const cwd = temporaryFolder();
    const env = { SLURM_ARRAY_TASK_ID: '7', SLURM_ARRAY_TASK_COUNT: '3' };
    const flags = ['--task-index', '0', '--task-count', '1'];
    const { exitCode, stderr } = await runCli(['map', OUTCOMES, ...flags, ...INPUTS], { cwd, env });
    expect(exitCode).toBe(0);
    expect(stderr).not.toContain('SLURM');
    expect(Object.keys(records(cwd))).toHaveLength(7);
  });

  test('a task without inputs has nothing to do, and exits with 0', async () => {
    const cwd = temporaryFolder();
    const flags = ['--task-index', '8', '--task-count', '9', '--profile'];
    const { exitCode, stdout, lines } = await runCli(['map', OUTCOMES, ...flags, ...INPUTS], { cwd });
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
    expect(lines).toEqual(['stageprof: task index 8 of 9: none of 7 inputs, nothing to do']);
    const [account, ...others] = readdirSync(join(cwd, 'results'));
    expect(others).toEqual([]);
    const { ended_at, ...told } = JSON.parse(readFileSync(join(cwd, 'results', account!), 'utf8'));
    expect(Date.parse(ended_at)).toBeGreaterThan(0);
    expect(told).toMatchObject({
      exit_code: 0,
      workers: { started: 0 },
      inputs: { total: 0, done: 0, failed: 0, left: 0 },
    });
  });
});

function records(cwd: string) {
  try {
    return readRecords(join(cwd, 'results'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}

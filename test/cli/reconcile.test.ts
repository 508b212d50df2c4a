import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parseGathering } from '../../src/reconcile/sacct.js';
import { report, row } from '../support/report-fixture.js';
import { type CliOptions, runCli } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const HEADER = 'JobID|State|Start|End|Elapsed|TotalCPU|MaxRSS';
const SACCT = [
  HEADER,
  '12_3|COMPLETED|1795424400|1795424500|00:01:40|00:50.000|',
  '12_3.batch|COMPLETED|1795424400|1795424500|00:01:40|00:50.000|307200K',
  '',
].join('\n');

const slurm = { job: '15', array_job: '12', array_task: '3' };

function mapAccount(members: object = {}): string {
  return JSON.stringify({
    schema: 'stageprof-run/1',
    started_at: '2026-11-23T09:00:00.500Z',
    updated_at: '2026-11-23T09:01:39.600Z',
    ended_at: '2026-11-23T09:01:39.600Z',
    slurm,
    wall_s: 99.1,
    cpu_s: 49.5,
    own: { cpu_s: 1, rss_kb_peak: 70_000 },
    workers: { started: 1, cpu_s: 48.5, rss_kb_peak: 235_000 },
    tree_rss_kb_peak: 304_000,
    inputs: { total: 1, done: 1, failed: 0, left: 0 },
    ...members,
  });
}

function record(input: string, members: object = {}): string {
  const profile = report({
    total_wall_s: 95,
    total_cpu_s: 48.7,
    rss_kb_peak: 235_000,
    slurm,
    stages: [row('read')],
    ...members,
  });
  return `${JSON.stringify({ input, profile })}\n`;
}

/** A folder of records that agree with `SACCT`, which is in `sacct.txt` beside it. */
function corpus(): string {
  const cwd = temporaryFolder();
  mkdirSync(join(cwd, 'results'));
  writeFileSync(join(cwd, 'results', 'a.flows.jsonl'), record('a'));
  writeFileSync(join(cwd, 'results', 'run-n1-1-2.flows.json'), mapAccount());
  writeFileSync(join(cwd, 'sacct.txt'), SACCT);
  return cwd;
}

const reconciled = (args: readonly string[], options: CliOptions) =>
  runCli(['reconcile', 'results', '--sacct', 'sacct.txt', ...args], options);

describe('stageprof reconcile', () => {
  test('exits with 0 where the numbers agree', async () => {
    const { exitCode, stdout, stderr } = await reconciled([], { cwd: corpus() });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('12_3  COMPLETED  wall');
    expect(stdout).toContain('1 task: 3 of 3 numbers within 5%, 0 explained, 0 not explained\n');
    expect(stdout).toContain(
      'Slurm samples memory at an interval not known, taken to be its default of 30 s (--interval)',
    );
  });

  test('exits with 1 where a difference is not explained', async () => {
    const cwd = corpus();
    writeFileSync(join(cwd, 'results', 'run-n1-1-2.flows.json'), mapAccount({ cpu_s: 20 }));
    const { exitCode, stdout } = await reconciled(['--format', 'json'], { cwd });
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      agrees: 2,
      unexplained: 1,
      tasks: [
        {
          task: '12_3',
          run_files: 1,
          records: 1,
          cpu_s: { sacct: 50, profiler: 20, inside_inputs: 48.7, percent: 60 },
        },
      ],
    });
  });

  test('takes the tolerance', async () => {
    const cwd = corpus();
    expect((await reconciled(['--tolerance', '0.5', '--interval', '1'], { cwd })).exitCode).toBe(1);
    expect((await reconciled(['--tolerance', '1'], { cwd })).exitCode).toBe(0);
  });

  test('works on records alone, and says what is missing', async () => {
    const cwd = corpus();
    const { exitCode, stdout } = await runCli(
      ['reconcile', join('results', 'a.flows.jsonl'), '--sacct', 'sacct.txt', '--interval', '1', '--full'],
      { cwd },
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain('stageprof map itself, beside the process that works on inputs');
    expect(stdout).toContain('1 task without a map account (run-*.json): compared is what was inside of inputs');
  });

  test('works on map accounts alone, by a pattern', async () => {
    const cwd = corpus();
    const { exitCode, stdout } = await runCli(['reconcile', 'results/run-*.json', '--sacct', 'sacct.txt'], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('3 of 3 numbers');
  });

  test('reads records that are compressed, and each file once', async () => {
    const cwd = corpus();
    writeFileSync(join(cwd, 'results', 'b.flows.jsonl.gz'), gzipSync(record('b', { total_cpu_s: 1 })));
    const { stdout } = await reconciled(['results', 'results/b.flows.jsonl.gz', '--format', 'csv'], { cwd });
    const [header, , cpu] = stdout.split('\r\n');
    expect(header).toBe('task,state,metric,unit,sacct,profiler,inside_inputs,difference,percent,verdict,reasons');
    expect(cpu).toBe('12_3,COMPLETED,cpu_s,s,50,49.5,49.7,0.5,1,agrees,');
  });

  test('counts records of other jobs, and of none', async () => {
    const cwd = corpus();
    const other = { slurm: { job: '99', array_job: null, array_task: null } };
    const lines = [record('a'), record('b', other), record('c', { slurm: undefined }), '{"input":"d"}\n'];
    writeFileSync(join(cwd, 'results', 'a.flows.jsonl'), lines.join(''));
    writeFileSync(join(cwd, 'results', 'run-n1-3-4.flows.json'), mapAccount(other));
    const { exitCode, lines: said } = await reconciled([], { cwd });
    expect(said).toEqual([
      'stageprof: left out: 1 record of other jobs, 1 map account of other jobs, 1 record made outside of Slurm, 1 record without a profile',
    ]);
    expect(exitCode).toBe(0);
  });

  test('names lines and files that it cannot read, escaped, and exits with 1', async () => {
    const cwd = corpus();
    writeFileSync(join(cwd, 'results', 'bad\x1b[2J.jsonl'), 'no JSON\n{"input":1,"profile":{"schema":"x"}}\n{"input"');
    writeFileSync(join(cwd, 'results', 'run-\x1b-1.json'), '{');
    writeFileSync(join(cwd, 'sacct.txt'), `${SACCT}12_4|\x1b[2J\nx\x1b[2J|RUNNING|1|2|00:00:01|00:01|1K\n`);
    const { exitCode, lines, stderr } = await reconciled([], { cwd });
    expect(exitCode).toBe(1);
    expect(stderr).not.toContain('\x1b');
    expect(lines).toEqual([
      'stageprof: sacct.txt: line 4: has 2 columns in place of 7, left out',
      'stageprof: sacct.txt: line 5: its JobID is none: "x\\u001b[2J", left out',
      'stageprof: results/run-\\x1b-1.json: is not JSON',
      'stageprof: results/bad\\x1b[2J.jsonl:1: is not JSON',
      expect.stringMatching(/bad\\x1b\[2J\.jsonl:2: its profile cannot be taken: Expected a report of schema/),
      expect.stringMatching(/bad\\x1b\[2J\.jsonl:3: ends in the middle of a record/),
      'stageprof: 3 lines left out that are no records',
    ]);
  });

  test('a hostile state is harmless in Markdown and CSV', async () => {
    const cwd = corpus();
    writeFileSync(join(cwd, 'sacct.txt'), SACCT.replaceAll('COMPLETED', '=HYPERLINK("x")<b>\x1b[2J'));
    const markdown = await reconciled(['--format', 'markdown'], { cwd });
    expect(markdown.stdout).toContain('| 12\\_3 | =HYPERLINK("x")\\<b\\>\\\\x1b\\[2J | wall |');
    const csv = await reconciled(['--format', 'csv'], { cwd });
    expect(csv.stdout).toContain('12_3,"\'=HYPERLINK(""x"")<b>');
  });
});

describe('refuses in one line', () => {
  const wrong: [what: string, args: string[], line: RegExp][] = [
    ['no records', ['--sacct', '12'], /missing required argument 'records'/],
    ['no --sacct', ['results'], /required option '--sacct <job or file>' not specified/],
    ['an empty --sacct', ['results', '--sacct', ''], /--sacct.*id of a job or a file/],
    [
      'a missing file',
      ['results', '--sacct', '12x'],
      /--sacct 12x: cannot be read, no such file .*no job id such as 12/,
    ],
    ['a folder', ['results', '--sacct', 'results'], /--sacct results: cannot be read.*EISDIR/],
    [
      'an empty file',
      ['results', '--sacct', 'empty.txt'],
      /--sacct empty\.txt: the output of sacct is empty; save it with SLURM_TIME_FORMAT=%s sacct -j JOB -D -P .*MaxRSS$/,
    ],
    [
      'a file without MaxRSS',
      ['results', '--sacct', 'short.txt'],
      /--sacct short\.txt: the output of sacct lacks MaxRSS; save it with/,
    ],
    [
      'a file with its first line alone',
      ['results', '--sacct', 'header.txt'],
      /--sacct header\.txt: it has no row of a job/,
    ],
    ['missing records', ['gone', '--sacct', 'sacct.txt'], /gone: there is no such file/],
    [
      'a folder without records',
      ['empty', '--sacct', 'sacct.txt'],
      /empty: holds neither records \(\*\.jsonl\) nor map accounts/,
    ],
    ['an empty name', ['', '--sacct', 'sacct.txt'], /an empty file name/],
    ['another format', ['results', '--sacct', 'sacct.txt', '--format', 'xml'], /--format.*table, json, csv, markdown/],
    [
      'a negative tolerance',
      ['results', '--sacct', 'sacct.txt', '--tolerance=-1'],
      /--tolerance.*per cent from 0 to 100/,
    ],
    [
      'a tolerance past 100',
      ['results', '--sacct', 'sacct.txt', '--tolerance', '101'],
      /--tolerance.*per cent from 0 to 100/,
    ],
    [
      'a tolerance with a unit',
      ['results', '--sacct', 'sacct.txt', '--tolerance', '5%'],
      /--tolerance.*per cent from 0 to 100/,
    ],
    [
      'a fractional interval',
      ['results', '--sacct', 'sacct.txt', '--interval', '0.5'],
      /--interval.*whole number of seconds from 0/,
    ],
    ['another plugin', ['results', '--sacct', 'sacct.txt', '--gather', 'xgrid'], /--gather.*linux, cgroup/],
  ];

  test.each(wrong)('%s', async (_, args, line) => {
    const cwd = corpus();
    mkdirSync(join(cwd, 'empty'));
    writeFileSync(join(cwd, 'empty.txt'), '');
    writeFileSync(join(cwd, 'header.txt'), `${HEADER}\n`);
    writeFileSync(join(cwd, 'short.txt'), 'JobID|State|Elapsed|TotalCPU\n12|COMPLETED|00:00:01|00:01\n');
    const { exitCode, stdout, lines } = await runCli(['reconcile', ...args], { cwd });
    expect({ exitCode, stdout, said: lines.length }).toEqual({ exitCode: 2, stdout: '', said: 1 });
    expect(lines[0]).toMatch(line);
  });
});

describe('with the id of a job', () => {
  /** A PATH with these scripts as sacct and scontrol. */
  function commands(cwd: string, scripts: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
    const bin = join(cwd, 'bin');
    mkdirSync(bin);
    symlinkSync(process.execPath, join(bin, 'node'));
    for (const [name, script] of Object.entries(scripts)) {
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(bin, name), 0o755);
    }
    return { PATH: bin };
  }

  const reconcile12 = (cwd: string, scripts: Readonly<Record<string, string>>) =>
    runCli(['reconcile', 'results', '--sacct', '12'], { cwd, env: commands(cwd, scripts) });

  test('sacct is asked for all runs of the job in whole KiB, and scontrol for how Slurm samples', async () => {
    const cwd = corpus();
    const { exitCode, stdout, stderr } = await reconcile12(cwd, {
      sacct: `[ "$SLURM_TIME_FORMAT $*" = "%s -j 12 -D -P --units=K --format=${HEADER.replaceAll('|', ',')}" ] || exit 1
while read -r line; do echo "$line"; done <${join(cwd, 'sacct.txt')}`,
      scontrol:
        'echo "JobAcctGatherFrequency  = task=5,energy=9"; echo "JobAcctGatherType       = jobacct_gather/cgroup"',
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain('Slurm samples memory every 5.00 s (jobacct_gather/cgroup)\n');
  });

  const failing: [what: string, scripts: Record<string, string>, line: RegExp][] = [
    [
      'no sacct',
      {},
      /--sacct 12: there is no sacct on this machine: save "SLURM_TIME_FORMAT=%s sacct -j 12 .*" on the cluster/,
    ],
    [
      'no accounting',
      { sacct: 'echo "Slurm accounting storage is disabled" >&2; exit 1' },
      /--sacct 12: sacct fails, Slurm accounting storage is disabled$/,
    ],
    [
      'no database',
      {
        sacct:
          'printf "sacct: error: slurm_persist_conn_open: failed\\nsacct: error: Problem talking to the database: Connection refused\\n" >&2; exit 1',
      },
      /--sacct 12: sacct fails, Problem talking to the database: Connection refused$/,
    ],
    ['an unknown job', { sacct: `echo "${HEADER}"` }, /--sacct 12: sacct knows no such job on this cluster$/],
    ['a silent failure', { sacct: 'exit 3' }, /--sacct 12: sacct fails, 3$/],
    ['a sacct that dies', { sacct: 'kill -9 $$' }, /--sacct 12: sacct fails, SIGKILL$/],
  ];

  test.each(failing)('%s is one line', async (_, scripts, line) => {
    const { exitCode, stdout, lines } = await reconcile12(corpus(), scripts);
    expect({ exitCode, stdout, said: lines.length }).toEqual({ exitCode: 2, stdout: '', said: 1 });
    expect(lines[0]).toMatch(line);
  });
});

test.each([
  [
    'JobAcctGatherFrequency  = 30\nJobAcctGatherType = jobacct_gather/linux\nJobAcctGatherParams = UsePss',
    30,
    'linux',
    'UsePss',
  ],
  ['JobAcctGatherFrequency  = energy=0,task=10\nJobAcctGatherParams = (null)', 10, null, null],
  ['JobAcctGatherFrequency  = 0', 0, null, null],
  ['', null, null, null],
])('%j is how Slurm gathers', (config, intervalS, plugin, params) => {
  expect(parseGathering(config)).toEqual({ intervalS, plugin, params });
});

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fixture, MAIN, runCli } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const OUTCOMES = fixture('outcomes.mjs');

const arrayTask = (id: string, others: NodeJS.ProcessEnv = {}) => ({
  SLURM_ARRAY_TASK_ID: id,
  SLURM_ARRAY_TASK_COUNT: '3',
  SLURM_ARRAY_TASK_MIN: '3',
  SLURM_ARRAY_TASK_MAX: '9',
  SLURM_ARRAY_TASK_STEP: '3',
  ...others,
});

type WrongUse = [what: string, args: string[], line: RegExp, env?: NodeJS.ProcessEnv];

const wrong: WrongUse[] = [
  [
    'no command',
    [],
    /no command given, the commands are run, map, summarize, compare, reconcile, watch, postmortem, flame, attach, doctor, completion/,
  ],
  ['an unknown command', ['mpa'], /unknown command 'mpa'/],
  ['an unknown flag', ['map', OUTCOMES, 'a', '--tries', '2'], /unknown option '--tries'/],
  ...['0', '-1', '1.5', 'all', ''].map(
    (value): WrongUse => [`--jobs "${value}"`, ['map', OUTCOMES, 'a', '--jobs', value], /--jobs.*whole number from 1/],
  ),
  ...['0', '-1', 'soon', '', ' ', '1e9', 'NaN'].map(
    (value): WrongUse => [
      `--timeout "${value}"`,
      ['map', OUTCOMES, 'a', '--timeout', value],
      /--timeout.*seconds from 0\.001/,
    ],
  ),
  ['an unknown flag with a proposal', ['map', OUTCOMES, 'a', '--profil'], /unknown option '--profil' .*--profile/],
  ['an unknown flag of doctor', ['doctor', '--xml'], /unknown option '--xml'/],
  ['a flag without its value', ['map', OUTCOMES, 'a', '--outdir'], /--outdir/],
  ['no pipeline', ['map'], /missing required argument 'pipeline'/],
  ['no inputs', ['map', OUTCOMES], /no inputs: .*--input-list/],
  ['a missing list', ['map', OUTCOMES, '--input-list', 'gone.txt'], /--input-list gone\.txt: .*no such file.*ENOENT/],
  ['a list that is a folder', ['map', OUTCOMES, '--input-list', '.'], /--input-list \.: .*EISDIR/],
  ['a list in Latin-1', ['map', OUTCOMES, '--input-list', 'latin.txt'], /--input-list latin\.txt: line 2 is not UTF-8/],
  ['an empty list', ['map', OUTCOMES, '--input-list', 'empty.txt'], /--input-list empty\.txt: holds no inputs/],
  ['an empty stdin', ['map', OUTCOMES, '--input-list', '-'], /--input-list -: holds no inputs/],
  ['a missing pipeline', ['map', 'gone.mjs', 'a'], /gone\.mjs: there is no such pipeline module/],
  ['a folder as pipeline', ['map', '.', 'a'], /\.: is a folder/],
  ['a pipeline that is no JavaScript', ['map', 'broken.mjs', 'a'], /broken\.mjs: .*does not load, SyntaxError/],
  [
    'a pipeline in CommonJS',
    ['map', 'common.js', 'a'],
    /not load, SyntaxError: .*: Node takes .* name it \.mjs or set/,
  ],
  ['a pipeline that throws', ['map', 'throwing.mjs', 'a'], /throwing\.mjs: .*does not load, Error: no licence found/],
  ['a pipeline that imports nothing there', ['map', 'lost.mjs', 'a'], /lost\.mjs: .*does not load, .*gone\.js/],
  ['a pipeline that never loads', ['map', 'pending.mjs', 'a'], /pending\.mjs: .*does not load, .*await/],
  ['a pipeline that exits', ['map', 'exiting.mjs', 'a'], /exiting\.mjs: .*does not load, it ended the whole process/],
  ['a pipeline that exits later', ['map', 'late-exit.mjs', 'a'], /late-exit\.mjs: .*it ended the whole process/],
  [
    'a pipeline that throws beside',
    ['map', 'unhandled.mjs', 'a'],
    /unhandled\.mjs: .*does not load, Error: from a timer/,
  ],
  ['a pipeline that rejects', ['map', 'rejecting.mjs', 'a'], /rejecting\.mjs: .*does not load, Error: forgotten/],
  ['a pipeline that rejects late', ['map', 'late.mjs', 'a'], /late\.mjs: .*does not load, Error: forgotten/],
  ['a pipeline without default', ['map', fixture('no-default.mjs'), 'a'], /no-default\.mjs: has no default function/],
  ['a default that is no function', ['map', 'text.mjs', 'a'], /text\.mjs: has no default function/],
  [
    'an index outside the count',
    ['map', OUTCOMES, 'a', '--task-index', '3', '--task-count', '3'],
    /--task-index 3 is outside of --task-count 3/,
  ],
  ['an index without count', ['map', OUTCOMES, 'a', '--task-index', '1'], /--task-index needs --task-count/],
  ['a count without index', ['map', OUTCOMES, 'a', '--task-count', '2'], /--task-count needs --task-index/],
  [
    'a negative index',
    ['map', OUTCOMES, 'a', '--task-index=-1', '--task-count', '2'],
    /--task-index.*whole number from 0/,
  ],
  [
    'a fractional index',
    ['map', OUTCOMES, 'a', '--task-index', '0.5', '--task-count', '2'],
    /--task-index.*whole number from 0/,
  ],
  [
    'a count of zero',
    ['map', OUTCOMES, 'a', '--task-index', '0', '--task-count', '0'],
    /--task-count.*whole number from 1/,
  ],
  [
    'an index without count in an array',
    ['map', OUTCOMES, 'a', '--task-index', '0'],
    /--task-index needs/,
    arrayTask('3'),
  ],
  ['a first index alone', ['map', OUTCOMES, 'a', '--task-first', '1'], /--task-first needs --task-count/],
  [
    'an index before the first',
    ['map', OUTCOMES, 'a', '--task-index', '0', '--task-count', '3', '--task-first', '1'],
    /--task-index 0 is outside of --task-count 3: indexes begin at 1 \(--task-first\)/,
  ],
  [
    'an array of PBS without its count',
    ['map', OUTCOMES, 'a'],
    /PBS_ARRAY_INDEX=3, and PBS Pro does not .* nor which is the first: give --task-count, and --task-first/,
    { PBS_ARRAY_INDEX: '3' },
  ],
  ['an irregular array', ['map', OUTCOMES, 'a'], /SLURM_ARRAY_TASK_ID=5 .*--task-index/, arrayTask('5')],
  ['an array without count', ['map', OUTCOMES, 'a'], /SLURM_ARRAY_TASK_ID/, { SLURM_ARRAY_TASK_ID: '5' }],
  ['an outdir that is a file', ['map', OUTCOMES, 'a', '--outdir', 'list.txt'], /--outdir list\.txt: cannot be written/],
  ['an empty outdir', ['map', OUTCOMES, 'a', '--outdir', ''], /--outdir.*name a folder/],
  [
    'an outdir below a file',
    ['map', OUTCOMES, 'a', '--outdir', 'list.txt/x'],
    /--outdir list\.txt\/x: cannot be written/,
  ],
  [
    'an outdir where nothing can be made',
    ['map', OUTCOMES, 'a', '--outdir', '/proc/stageprof'],
    /--outdir \/proc\/stageprof: cannot/,
  ],
  [
    'an unknown measure',
    ['map', OUTCOMES, 'a', '--profile', '--measure', 'cpu,gpu'],
    /--measure.*"cpu", "rss", "js", "native" or "io"/,
  ],
  ['an empty measure', ['map', OUTCOMES, 'a', '--profile', '--measure', ''], /--measure.*"cpu"/],
  ['an unknown collect', ['map', OUTCOMES, 'a', '--profile', '--collect', 'all'], /--collect.*none, outermost, every/],
  [
    'an unknown attribution',
    ['map', OUTCOMES, 'a', '--profile', '--attribution', 'x'],
    /--attribution.*boundary, exact/,
  ],
  ['an attribution of nothing', ['map', OUTCOMES, 'a', '--attribution', 'exact'], /--attribution needs --profile/],
  ['modules of nothing', ['map', OUTCOMES, 'a', '--no-modules'], /--no-modules needs --profile/],
  ['an unknown RSS peak', ['map', OUTCOMES, 'a', '--profile', '--rss-peak', 'x'], /--rss-peak.*lifetime, reset/],
  ['nothing to summarise', ['summarize'], /missing required argument 'files'/],
  ['a missing file', ['summarize', 'list.txt', 'gone.jsonl'], /gone\.jsonl: there is no such file/],
  ['an empty file name', ['summarize', ''], /an empty file name/],
  ['a pattern without match', ['summarize', 'gone/*.jsonl'], /gone\/\*\.jsonl: matches no file/],
  ['a folder without records', ['summarize', '.'], /\.: holds no records/],
  ['an unknown format', ['summarize', 'list.txt', '--format', 'xml'], /--format.*table, json, csv, markdown, caliper/],
  ['an unknown field to sort by', ['summarize', 'list.txt', '--sort', 'wall'], /--sort.*wall_s/],
  ['no rows at all', ['summarize', 'list.txt', '--top', '0'], /--top.*whole number from 1/],
  ['no module to import', ['map', OUTCOMES, 'a', '--import', ''], /--import.*name a module/],
  ['no threads at all', ['summarize', 'list.txt', '--jobs', '0'], /--jobs.*whole number from 1/],
  ['a member without name', ['summarize', 'list.txt', '--by', 'a..b'], /--by.*name a member/],
  [
    'groups for caliper',
    ['summarize', 'list.txt', '--format', 'caliper', '--by', 'input'],
    /--by is not for --format c/,
  ],
  ['an order for caliper', ['summarize', 'list.txt', '--format', 'caliper', '--sort', 'cpu_s'], /--sort is not for --/],
  ['few rows for caliper', ['summarize', 'list.txt', '--format', 'caliper', '--top', '3'], /--top is not for --format/],
  ['details of a table', ['summarize', 'list.txt', '--details'], /--details needs --format json/],
  ['nothing to compare with', ['compare', 'a.jsonl'], /missing required argument 'new'/],
  ['a missing side', ['compare', 'list.txt', 'gone.jsonl'], /gone\.jsonl: there is no such file/],
  ['a pipe to compare', ['compare', 'list.txt', '-'], /-: may have to be read twice, give a file/],
  ['a side without records', ['compare', 'empty.txt', 'empty.txt'], /empty\.txt: has no record/],
  ['a broken report', ['compare', 'report.json', 'report.json'], /report\.json: begins like a report and is none/],
  ['an unknown format of compare', ['compare', 'a', 'b', '--format', 'xml'], /--format.*table, json, csv, markdown/],
  ['an unknown metric', ['compare', 'a', 'b', '--metric', 'wall_s,wall'], /--metric.*wall_s, /],
  ['no metric', ['compare', 'a', 'b', '--metric', ''], /--metric.*wall_s, /],
  ['an expression without threshold', ['compare', 'a', 'b', '--fail-on', 'wall_s'], /--fail-on.*METRIC>THRESHOLD/],
  ['an expression of an unknown metric', ['compare', 'a', 'b', '--fail-on', 'wall>5%'], /--fail-on.*no metric wall/],
  ['a threshold without unit', ['compare', 'a', 'b', '--fail-on', 'wall_s>5'], /--fail-on.*needs one of the units/],
  ['a confidence past certainty', ['compare', 'a', 'b', '--confidence', '95'], /--confidence.*0\.5 to 0\.9999/],
  ['an unknown order of rows', ['compare', 'a', 'b', '--sort', 'wall_s'], /--sort.*change, percent, base, new, stage/],
  ['no rows to compare', ['compare', 'a', 'b', '--top', '0'], /--top.*whole number from 1/],
  ['no threads to compare', ['compare', 'a', 'b', '--jobs', 'x'], /--jobs.*whole number from 1/],
  ['a profiler option without a profiler', ['map', OUTCOMES, 'a', '--collect', 'every'], /--collect needs --profile/],
];

describe('stageprof', () => {
  test.each(wrong)('answers %s with one line and exit code 2', async (_, args, line, env = {}) => {
    const cwd = temporaryFolder();
    const files = {
      'empty.txt': '\n \r\n',
      'list.txt': 'a\n',
      'report.json': '{"schema":"stageprof/1"}',
      'latin.txt': Buffer.from('one\nb\xfccher\n', 'latin1'),
      'exiting.mjs': 'process.exit(0)',
      'late-exit.mjs': 'setTimeout(() => process.exit(0)); await new Promise(() => {})',
      'unhandled.mjs': 'setTimeout(() => { throw new Error("from a timer") }); await new Promise(() => {})',
      'rejecting.mjs': 'Promise.reject(new Error("forgotten")); export default () => ({})',
      'late.mjs':
        'setTimeout(() => Promise.reject(new Error("forgotten"))); await new Promise((r) => setTimeout(r, 999))',
      'package.json': '{"type":"commonjs"}',
      'common.js': 'export default () => ({})',
      'broken.mjs': 'export default (',
      'throwing.mjs': 'throw new Error("no licence\\nfound")',
      'lost.mjs': 'import "./gone.js"',
      'pending.mjs': 'await new Promise(() => {})',
      'text.mjs': 'export default "text"',
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(cwd, name), text);
    const { exitCode, stdout, stderr, lines } = await runCli(args, { cwd, env });
    expect({ exitCode, stdout, lines: lines.length }, stderr).toEqual({ exitCode: 2, stdout: '', lines: 1 });
    expect(lines[0]).toMatch(/^stageprof: /);
    expect(lines[0]).toMatch(line);
  });

  test.each([
    [['--help'], 'Usage: stageprof'],
    [['--version'], '0.'],
    [['map', '--help'], 'Usage: stageprof map'],
    [['help', 'map'], 'Usage: stageprof map'],
  ])('answers %j on stdout with exit code 0', async (args, start) => {
    const { exitCode, stdout, stderr } = await runCli(args);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout.startsWith(start)).toBe(true);
  });

  test.each([
    ['--help', ['--help']],
    ['doctor', ['doctor', '--json']],
    ['map', ['map', '--profile', OUTCOMES, 'a']],
  ])('says that stdout is full and exits with 1: %s', async (_, args) => {
    const { exitCode, lines } = await runCli(args, { cwd: temporaryFolder(), stdoutTo: '/dev/full' });
    expect({ exitCode, last: lines.at(-1) }).toEqual({
      exitCode: 1,
      last: 'stageprof: stdout: cannot be written, no space left on device (ENOSPC)',
    });
    expect(lines.filter((line) => line.includes('ENOSPC'))).toHaveLength(1);
  });

  test('says nothing about a reader of stdout that has gone', () => {
    const script = '{ "$0" "$1" doctor 2>err; echo $? >code; } | true; cat err code';
    const cwd = temporaryFolder();
    expect(execFileSync('sh', ['-c', script, process.execPath, MAIN], { cwd, encoding: 'utf8' })).toBe('0\n');
  });
});

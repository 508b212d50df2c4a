import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fixture, runCli } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const OUTCOMES = fixture('outcomes.mjs');
const GONE = '999999999';

/**
 * What each command answers to a file that is none of its own, a process that is none, a flag without its value and an
 * empty folder: an exit code, nothing on stdout, and as its last line what is wrong with what.
 */
type Answer = [args: string[], exitCode: number, line: RegExp];

const ANSWERS: { readonly [command: string]: readonly Answer[] } = {
  run: [
    [['--', 'gone'], 127, /^gone: not found, no such program in PATH$/],
    [
      ['--', './notes.md'],
      126,
      /^\.\/notes\.md: cannot be executed, no permission to execute it, it may need chmod \+x$/,
    ],
    [['--', './empty'], 126, /^\.\/empty: cannot be executed, it is a folder$/],
    [
      ['--out', 'gone/report.json', '--', 'node', '-e', '1'],
      2,
      /^--out gone\/report\.json: cannot be written, no such file/,
    ],
    [['--out', '--', 'node', '-e', '1'], 2, /^option '--out <file>' argument missing: -- comes next$/],
    [['--out'], 2, /^option '--out <file>' argument missing$/],
    [['--measure', 'gpu', '--', 'node', '-e', '1'], 2, /--measure.*'gpu' is invalid.*"cpu", "rss"/],
  ],
  map: [
    [['gone.mjs', 'a'], 2, /^gone\.mjs: there is no such pipeline module$/],
    [['notes.md', 'a'], 2, /^notes\.md: the pipeline module does not load, /],
    [['empty', 'a'], 2, /^empty: is a folder, give the pipeline module in it$/],
    [[OUTCOMES, '--input-list', 'empty'], 2, /^--input-list empty: cannot be read, illegal operation on a directory/],
    [[OUTCOMES, 'a', '--outdir', '--profile'], 2, /^option '--outdir <dir>' argument missing: --profile comes next$/],
    [[OUTCOMES, 'a', '--jobs'], 2, /^option '--jobs <N>' argument missing$/],
  ],
  summarize: [
    [['gone.jsonl'], 2, /^gone\.jsonl: there is no such file$/],
    [['notes.md'], 1, /^notes\.md holds no record: "stageprof map --profile" and "run --out" write files/],
    [['empty'], 2, /^empty: holds no records, no file in it is \*\.jsonl, \.gz or \.zst$/],
    [['notes.md', '--sort'], 2, /^option '--sort <field>' argument missing$/],
    [
      ['notes.md', '--sort', 'wall'],
      2,
      /--sort.*'wall' is invalid\. Allowed choices are calls, .*wall_s, .*rss_kb_peak_max/,
    ],
  ],
  compare: [
    [['gone.jsonl', 'notes.md'], 2, /^gone\.jsonl: there is no such file$/],
    [['notes.md', 'notes.md'], 2, /^notes\.md: has no record$/],
    [['empty', 'empty'], 2, /^empty: holds no records, no file in it is/],
    [['notes.md', 'notes.md', '--fail-on'], 2, /^option '--fail-on <expression>' argument missing$/],
  ],
  reconcile: [
    [
      ['notes.md', '--sacct', 'gone.txt'],
      2,
      /^--sacct gone\.txt: cannot be read, no such file .* no job id such as 12/,
    ],
    [['notes.md', '--sacct', 'notes.md'], 2, /^--sacct notes\.md: the output of sacct has no columns/],
    [['empty', '--sacct', 'sacct.txt'], 2, /^empty: holds neither records \(\*\.jsonl\) nor map accounts/],
    [['notes.md', '--sacct'], 2, /^option '--sacct <job or file>' argument missing$/],
  ],
  watch: [
    [[GONE], 2, /^there is no process 999999999, and no recorder of it in /],
    [[String(process.pid)], 2, /^process \d+ has no recorder: it needs stageprof run, map --profile or/],
    [['gone'], 2, /^gone: cannot be read, no such file or directory/],
    [['notes.md'], 2, /^notes\.md: not a recorder: it does not begin as one$/],
    [['empty'], 2, /^empty: is a folder, give a recorder in it$/],
    [[GONE, '--interval'], 2, /^option '--interval <seconds>' argument missing$/],
  ],
  postmortem: [
    [[GONE], 2, /^there is no process 999999999, and no recorder of it in /],
    [[String(process.pid)], 2, /^process \d+ has no recorder/],
    [['gone'], 2, /^gone: cannot be read, no such file or directory/],
    [['notes.md'], 2, /^notes\.md: not a recorder: it does not begin as one$/],
    [['empty'], 2, /^empty: is a folder, give a recorder in it$/],
    [[GONE, '--signal'], 2, /^option '--signal <name>' argument missing$/],
  ],
  flame: [
    [['gone'], 2, /^gone: cannot be read, no such file or directory \(ENOENT\)$/],
    [['notes.md'], 2, /^notes\.md: Not a stack profile: it is not compressed by gzip$/],
    [['empty'], 2, /^empty: cannot be read, illegal operation on a directory \(EISDIR\)$/],
    [['notes.md', '--type', 'heap'], 2, /^option '--type <what>' argument 'heap' is invalid/],
    [['notes.md', '--base'], 2, /^option '--base <file>' argument missing$/],
  ],
  attach: [
    [[GONE], 2, /^there is no process 999999999$/],
    [['notes.md'], 2, /^notes\.md: it has to be the id of a process$/],
    [['0'], 2, /^0: it has to be the id of a process$/],
    [[], 2, /^give the id of a process, or --pid-of and a name$/],
    [[GONE, '--pid-of', 'node'], 2, /^give the id of a process, or --pid-of and a name$/],
    [['--pid-of', 'no-such-program'], 2, /^--pid-of no-such-program: there is no node process of that name/],
    [[GONE, '--for', '0'], 2, /^option '--for <seconds>' argument '0' is invalid/],
    [[GONE, '--stacks', 'cpu,heap'], 2, /^option '--stacks <kinds>' argument 'cpu,heap' is invalid/],
    [[String(process.pid), '--out', 'empty'], 2, /^--out empty: cannot be written, it is a folder/],
    [[GONE, '--out'], 2, /^option '--out <file>' argument missing$/],
  ],
  doctor: [
    [['notes.md'], 2, /^too many arguments for 'doctor'/],
    [['--format'], 2, /^option '--format <format>' argument missing$/],
  ],
  completion: [
    [[], 2, /^missing required argument 'shell'$/],
    [['csh'], 2, /'csh' is invalid.*Allowed choices are bash, zsh, fish/],
  ],
};

test('every command has answers here', async () => {
  const { stdout } = await runCli(['--help']);
  const [, commands] = stdout.split('Commands:\n');
  const names = [...commands!.matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name!);
  expect(names.filter((name) => name !== 'help')).toEqual(Object.keys(ANSWERS));
});

const rows = Object.entries(ANSWERS).flatMap(([command, answers]) =>
  answers.map(
    ([args, exitCode, line]) => [`${command} ${args.join(' ')}`, [command, ...args], exitCode, line] as const,
  ),
);

test.each(rows)('%s', async (_, args, expectedCode, line) => {
  const cwd = temporaryFolder();
  mkdirSync(join(cwd, 'empty'));
  writeFileSync(join(cwd, 'notes.md'), '# Notes\n\nNothing of this is JSON.\n');
  chmodSync(join(cwd, 'notes.md'), 0o644);
  writeFileSync(join(cwd, 'sacct.txt'), 'JobID|State|Elapsed|TotalCPU|MaxRSS\n1|COMPLETED|00:00:01|00:01.000|\n');
  const { exitCode, stdout, lines, stderr } = await runCli(args, { cwd });
  expect({ exitCode, stdout }, stderr).toEqual({ exitCode: expectedCode, stdout: '' });
  expect(lines.at(-1)).toMatch(/^stageprof: /);
  expect(lines.at(-1)!.slice('stageprof: '.length)).toMatch(line);
  expect(existsSync(join(cwd, '--'))).toBe(false);
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCli } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

test('a program that is run several times leaves a record of each, which compare takes as runs', async () => {
  const cwd = temporaryFolder();
  const { exitCode, stdout, lines, stderr } = await runCli(
    ['run', '--repeat', '5', '--out', 'runs.jsonl', '--', process.execPath, '-e', 'console.log("told")'],
    { cwd },
  );
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'told\n'.repeat(5) });
  expect(lines.filter((line) => /^stageprof: run \d of 5: .*, cpu .*, rss peak /.test(line))).toHaveLength(5);
  expect(lines.filter((line) => line.includes('no stage was opened'))).toHaveLength(1);
  expect(stderr).toMatch(/^5 runs$/m);
  const text = readFileSync(join(cwd, 'runs.jsonl'), 'utf8');
  const records = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(records.map(({ run, profile }) => [run, profile.schema])).toEqual(
    [1, 2, 3, 4, 5].map((run) => [run, 'stageprof/1']),
  );

  const compared = await runCli(['compare', 'runs.jsonl', 'runs.jsonl', '--metric', 'rss_kb_peak_max'], { cwd });
  expect(compared).toMatchObject({ exitCode: 0, stderr: '' });
  expect(compared.stdout).toMatch(/^base {2}runs\.jsonl: 5 runs in 1 file, load \d+\.\d\d a CPU$/m);
  expect(compared.stdout).toMatch(/: mean of a run$/m);
  expect(compared.stdout).toMatch(/^\(program\) .* to .* 5$/m);
  expect(compared.stdout).toMatch(/^interval +95% intervals are of how the runs of each side differ$/m);

  writeFileSync(join(cwd, 'four.jsonl'), text.split('\n').slice(0, 4).join('\n'));
  const fewer = await runCli(['compare', 'runs.jsonl', 'four.jsonl', '--full'], { cwd });
  expect(fewer.stdout).toContain('4 runs: 5 of each side are needed, by stageprof run --repeat 5');
}, 120_000);

test('the first run that fails is the last, and in no record', async () => {
  const cwd = temporaryFolder();
  const program = `
    const { existsSync, writeFileSync } = require('node:fs');
    if (existsSync('seen')) process.exit(7);
    writeFileSync('seen', '');`;
  const args = ['run', '--repeat', '3', '--out', 'runs.jsonl', '--', process.execPath, '-e', program];
  const { exitCode, lines } = await runCli(args, { cwd });
  expect(exitCode).toBe(7);
  expect(lines).toContain('stageprof: no further run after exit code 7');
  expect(readFileSync(join(cwd, 'runs.jsonl'), 'utf8').trimEnd().split('\n')).toHaveLength(1);
});

test('--repeat without --out is refused before anything is run', async () => {
  const { exitCode, lines } = await runCli(['run', '--repeat', '3', '--', 'node', '-e', 'process.abort()']);
  expect(exitCode).toBe(2);
  expect(lines[0]).toBe('stageprof: --repeat needs --out beside it, for a line of each run');
});

import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { METRICS } from '../../src/model/metrics.js';
import { runCli } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const isInstalled = (shell: string) => spawnSync(shell, ['-c', ':']).status === 0;

async function scriptOf(shell: string): Promise<string> {
  const { exitCode, stdout, stderr } = await runCli(['completion', shell]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const path = join(temporaryFolder(), `completion.${shell}`);
  writeFileSync(path, stdout);
  return path;
}

/** What bash offers for the last of the words: its function is called as bash calls it. */
const OFFERED_BY_BASH = `
source "$0"
COMP_WORDS=(stageprof "$@")
COMP_CWORD=$#
compopt() { :; }
_stageprof
printf '%s\\n' "\${COMPREPLY[@]}"`;

describe('in bash', () => {
  const commands = 'run map summarize compare reconcile watch postmortem flame attach doctor completion help'.split(
    ' ',
  );

  test('words, flags and values are completed', async () => {
    const script = await scriptOf('bash');
    const offered = (...words: string[]) =>
      execFileSync('bash', ['-c', OFFERED_BY_BASH, script, ...words], { encoding: 'utf8' })
        .split('\n')
        .filter(Boolean);
    expect(offered('')).toEqual([...commands, '--help', '--version']);
    expect(offered('su')).toEqual(['summarize']);
    expect(offered('map', 'p.mjs', '--task-')).toEqual(['--task-index', '--task-count', '--task-first']);
    expect(offered('summarize', '--format', '')).toEqual(['table', 'json', 'csv', 'markdown', 'caliper']);
    expect(offered('summarize', '--format', '=', 'js')).toEqual(['json']);
    expect(offered('summarize', '--format', '=')).toEqual(['table', 'json', 'csv', 'markdown', 'caliper']);
    expect(offered('summarize', '--sort', '')).toEqual(METRICS.map(({ field }) => field));
    expect(offered('completion', 'z')).toEqual(['zsh']);
    expect(offered('help', 'po')).toEqual(['postmortem']);
    // Paths, which bash itself offers.
    expect(offered('summarize', '')).toEqual([]);
    expect(offered('map', '--input-list', '')).toEqual([]);
    expect(offered('run', '--', '--')).toEqual([]);
  });

  test('each flag that the help of a command names is offered', async () => {
    const script = await scriptOf('bash');
    for (const command of commands.filter((name) => name !== 'help')) {
      const { stdout } = await runCli([command, '--help']);
      const told = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)].map(([, flag]) => flag!);
      const args = ['-c', OFFERED_BY_BASH, script, command, '--'];
      const offered = execFileSync('bash', args, { encoding: 'utf8' }).split('\n').filter(Boolean);
      expect(offered.sort(), command).toEqual([...new Set(told)].sort());
    }
  });
});

test.skipIf(!isInstalled('fish'))('in fish', async () => {
  const script = await scriptOf('fish');
  const offered = (line: string) =>
    execFileSync('fish', ['-N', '-c', 'source $argv[1]; complete -C $argv[2]', script, line], { encoding: 'utf8' })
      .split('\n')
      .filter(Boolean)
      .map((one) => one.split('\t')[0]);
  expect(offered('stageprof su')).toEqual(['summarize']);
  expect(offered('stageprof summarize --format ').sort()).toEqual(['caliper', 'csv', 'json', 'markdown', 'table']);
  expect(offered('stageprof map --task-').sort()).toEqual(['--task-count', '--task-first', '--task-index']);
});

/** Types into an interactive zsh, which shows what it offers. */
const OFFERED_BY_ZSH = `
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PS1= ; autoload -Uz compinit && compinit -u -D; source '"$0"'; zstyle ":completion:*" list-colors; LISTMAX=1000; echo REA''DY'
zpty -r -m shell seen '*READY*'
zpty -w -n shell "$1"$'\\t\\t'
zpty -r -m shell seen "*$2*" && print -r -- "$seen"
zpty -d shell`;

test.skipIf(!isInstalled('zsh'))('in zsh', async () => {
  const script = await scriptOf('zsh');
  const offered = (line: string, awaited: string) =>
    execFileSync('zsh', ['-f', '-c', OFFERED_BY_ZSH, script, line, awaited], { encoding: 'utf8', timeout: 110_000 });
  expect(offered('stageprof summarize --format ', 'table')).toMatch(/caliper[\s\S]*markdown/);
  expect(offered('stageprof postm', 'postmortem')).toContain('postmortem');
});

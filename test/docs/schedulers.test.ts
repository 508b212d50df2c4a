import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { withSchedulerTable } from '../../src/docs/scheduler-table.js';
import { MAIN, readRecords } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const PAGE = readFileSync(new URL('../../docs/schedulers.md', import.meta.url), 'utf8');
const PARTS = [0, 1, 2];
const INPUTS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];

test('docs/schedulers.md has the table of the code', () => {
  expect(PAGE, 'npm run build && npm run docs').toBe(withSchedulerTable(PAGE));
});

test('the tasks of the PBS script run every input once', () => {
  const cwd = workingFolder();
  const script = ofThree(block('bash'));
  expect(script).toContain('#PBS -J 1-3\n');
  for (const index of [1, 2, 3]) {
    run('bash', ['-c', script], cwd, { PBS_O_WORKDIR: cwd, PBS_ARRAY_INDEX: String(index) });
    expect(recordedInputs(cwd)).toEqual(INPUTS.filter((_, i) => i % 3 < index));
  }
});

test('the Pods of the Kubernetes Job run every input once', () => {
  const cwd = workingFolder();
  const manifest = ofThree(block('yaml'));
  expect(manifest).toMatch(/^ {2}completionMode: Indexed\n {2}completions: 3$/m);
  const [command, ...args] = [...flowList(manifest, 'command'), ...flowList(manifest, 'args')];
  for (const index of PARTS) {
    run(command!, args, cwd, { JOB_COMPLETION_INDEX: String(index) });
    expect(recordedInputs(cwd)).toEqual(INPUTS.filter((_, i) => i % 3 <= index));
  }
});

test('the commands of the Snakefile run every input once and add up the records', () => {
  const cwd = workingFolder();
  const rules = [...ofThree(block('python')).matchAll(/^rule (\w+):\n((?: .*\n)+)/gm)];
  const commands = new Map(rules.map(([, rule, body]) => [rule, shellOf(body!)]));
  for (const part of PARTS) run('sh', ['-c', filledIn(commands.get('map')!, part)], cwd);
  expect(recordedInputs(cwd)).toEqual(INPUTS);
  run('sh', ['-c', filledIn(commands.get('summary')!, 0)], cwd);
  expect(readFileSync(join(cwd, 'summary.txt'), 'utf8')).toMatch(/^7 records in 7 files\n/);
});

const hasSnakemake = spawnSync('snakemake', ['--version']).status === 0;
if (!hasSnakemake) console.warn('skipped: snakemake is not installed');

test.skipIf(!hasSnakemake)('Snakemake runs the Snakefile', () => {
  const cwd = workingFolder();
  writeFileSync(join(cwd, 'Snakefile'), ofThree(block('python')));
  const [, ...args] = PAGE.match(/^snakemake .*$/m)![0].split(' ');
  run('snakemake', args, cwd);
  expect(recordedInputs(cwd)).toEqual(INPUTS);
  expect(readFileSync(join(cwd, 'summary.txt'), 'utf8')).toMatch(/^7 records in 7 files\n/);
});

/** The one block of this language on the page. */
function block(language: string): string {
  const blocks = [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))];
  expect(blocks).toHaveLength(1);
  return blocks[0]![1]!;
}

/** The example with 3 tasks in place of 100. */
function ofThree(example: string): string {
  expect(example.match(/\b100\b/g)!.length).toBeGreaterThan(0);
  return example.replaceAll(/\b100\b/g, '3');
}

/** The items of `name: [a, b, "c"]`. */
function flowList(yaml: string, name: string): string[] {
  const [, items] = new RegExp(`^ *${name}: \\[(.*)\\]$`, 'm').exec(yaml)!;
  return items!.split(', ').map((item) => item.replace(/^"(.*)"$/, '$1'));
}

/** The strings after `shell:`, one after another, as Python joins them. */
function shellOf(body: string): string {
  const strings = body.slice(body.indexOf('shell:')).matchAll(/"(.*)"/g);
  return [...strings].map(([, text]) => text).join('');
}

function filledIn(command: string, part: number): string {
  const values = {
    '{input[0]}': 'flows.mjs',
    '{input[1]}': 'inputs.txt',
    '{output}': 'summary.txt',
    '{wildcards.part}': String(part),
    '{PARTS}': '3',
  };
  return Object.entries(values).reduce((text, [name, value]) => text.replaceAll(name, value), command);
}

/** With the pipeline and the inputs of the examples, and `stageprof` as an installation has it. */
function workingFolder(): string {
  const cwd = temporaryFolder();
  mkdirSync(join(cwd, 'bin'));
  symlinkSync(MAIN, join(cwd, 'bin', 'stageprof'));
  writeFileSync(join(cwd, 'flows.mjs'), 'export default (input) => ({ length: input.length });\n');
  writeFileSync(join(cwd, 'inputs.txt'), `${INPUTS.join('\n')}\n`);
  return cwd;
}

function run(command: string, args: readonly string[], cwd: string, variables: NodeJS.ProcessEnv = {}): void {
  const path = [join(cwd, 'bin'), dirname(process.execPath), process.env.PATH ?? '/usr/bin:/bin'].join(delimiter);
  const env = { PATH: path, HOME: cwd, ...variables };
  execFileSync(command, args, { cwd, env, stdio: ['ignore', 'ignore', 'pipe'] });
}

function recordedInputs(cwd: string): string[] {
  return Object.values(readRecords(join(cwd, 'results')))
    .map(({ input }) => input)
    .sort();
}

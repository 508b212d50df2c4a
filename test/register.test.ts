import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

const PROGRAM = `
  import { activeProfiler } from 'stageprof';
  activeProfiler().stage('work', () => {});
  console.log(activeProfiler().enabled);
  process.exitCode = 7;
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'register-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the program in the package itself, where its own name can be imported. */
function run(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, [...args, '--input-type=module', '-e', PROGRAM], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, STAGEPROF_OUT: '', ...env },
  });
}

test('without it nothing is profiled', () => {
  const { stdout, stderr, status } = run([]);
  expect({ stdout, stderr, status }).toEqual({ stdout: 'false\n', stderr: '', status: 7 });
});

test('with it the table goes to stderr, and output and exit code stay', () => {
  const { stdout, stderr, status } = run(['--import', 'stageprof/register']);
  expect({ stdout, status }).toEqual({ stdout: 'true\n', status: 7 });
  expect(stderr).toMatch(/^stage .*\nwork +1 /);
});

test('STAGEPROF_OUT takes the report as JSON', () => {
  const out = join(folder, 'report.json');
  const { stderr, status } = run(['--import', 'stageprof/register'], { STAGEPROF_OUT: out });
  expect({ stderr, status }).toEqual({ stderr: '', status: 7 });
  expect(JSON.parse(readFileSync(out, 'utf8')).stages).toMatchObject([{ stage: 'work', calls: 1 }]);
});

test('a report that cannot be written is one line and changes nothing else', () => {
  const out = join(folder, 'missing', 'report.json');
  const { stdout, stderr, status } = run(['--import', 'stageprof/register'], { STAGEPROF_OUT: out });
  expect({ stdout, status }).toEqual({ stdout: 'true\n', status: 7 });
  expect(stderr.trim().split('\n')).toEqual([expect.stringContaining(out)]);
});

test.runIf((process.features as { require_module?: boolean }).require_module === true)(
  'require() gives the same module as import',
  () => {
    const program = "process.stdout.write(typeof require('stageprof').StageProfiler)";
    expect(spawnSync(process.execPath, ['-e', program], { cwd: root, encoding: 'utf8' }).stdout).toBe('function');
  },
);

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../temporary-folder.js';
import { PACKAGE } from '../workloads.js';

const PRELOAD = fileURLToPath(new URL('../../dist/run/preload.cjs', import.meta.url));
const ASKS = `import { activeProfiler } from ${JSON.stringify(PACKAGE)};`;

const COMPUTES = 'const start = performance.now(); while (performance.now() - start < 800);';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

/** Runs a module as a process that `stageprof run` has started, or that one of its processes has. */
function run(
  source: string,
  { isFirst = false, variable = undefined as string | undefined, flags = [] as string[] } = {},
) {
  const runPid = isFirst ? process.pid : 1;
  const STAGEPROF_RUN = variable ?? JSON.stringify({ folder, runPid, profiler: {} });
  const args = [...flags, '--require', PRELOAD, '--input-type=module', '-e', source];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, STAGEPROF_RUN },
  });
  return { status, stdout, stderr };
}

const reports = () =>
  readdirSync(folder).map((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    return text === '' ? null : JSON.parse(text);
  });

describe('a process of a program under stageprof run', () => {
  test('that opens a stage leaves its report', () => {
    const outcome = run(`${ASKS} activeProfiler().stage('a', () => {}); console.log(1); process.exitCode = 4`);
    expect(outcome).toEqual({ status: 4, stdout: '1\n', stderr: '' });
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^\d+-\d+\.json$/)]);
    expect(reports()).toMatchObject([{ processes: 1, stages: [{ stage: 'a', calls: 1 }] }]);
  });

  test('that ends by an error leaves it too', () => {
    const { status } = run(`${ASKS} activeProfiler().stage('a', () => { throw new Error('as it would') })`);
    expect(status).toBe(1);
    expect(reports()).toMatchObject([{ stages: [{ stage: 'a', errors: 1 }] }]);
  });

  test.each([
    ['opens none', `${ASKS} console.log(activeProfiler().enabled)`, 'true\n'],
    ['does not ask for the profiler', 'console.log(1)', '1\n'],
  ])('that %s leaves nothing', (_, source, stdout) => {
    expect(run(source)).toEqual({ status: 0, stdout, stderr: '' });
    expect(reports()).toEqual([]);
  });

  test('that is the program itself leaves a report of its memory anyway', () => {
    expect(run('setTimeout(() => {}, 500)', { isFirst: true })).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(reports()).toMatchObject([{ processes: 1, stages: [], rss_kb_peak: expect.any(Number) }]);
  });

  test('that is the program itself is profiled from its first line on', () => {
    expect(run(COMPUTES, { isFirst: true })).toEqual({ status: 0, stdout: '', stderr: '' });
    const [report] = reports();
    expect(report.total_wall_s).toBeGreaterThan(0.8);
    expect(report.warnings).toEqual([]);
  });

  test('that is the program itself, on a Node that cannot require modules, from its first wait on', () => {
    const flags = ['--no-experimental-require-module'];
    const outcome = run(`${COMPUTES} setTimeout(() => {}, 300)`, { isFirst: true, flags });
    expect(outcome).toEqual({ status: 0, stdout: '', stderr: '' });
    const [report] = reports();
    expect(report.total_wall_s).toBeLessThan(0.8);
    expect(report.warnings).toEqual([expect.stringMatching(/^begun when the program first waited .*: 1$/)]);
  });

  test('that is killed leaves an empty file, and its recorder', () => {
    run(`${ASKS} activeProfiler().stage('a', () => process.kill(process.pid, 'SIGKILL'))`);
    const [report, recorder, ...more] = readdirSync(folder).sort();
    expect(more).toEqual([]);
    expect(report).toMatch(/^\d+-\d+\.json$/);
    expect(readFileSync(join(folder, report!), 'utf8')).toBe('');
    expect(recorder).toBe(report!.replace('json', 'recorder'));
  });

  test('asks for the same profiler each time, and from every copy of the package', () => {
    const copy = `const copy = await import(${JSON.stringify(`${PACKAGE}?copy`)});`;
    const { stdout } = run(`${ASKS} ${copy} console.log(activeProfiler() === copy.activeProfiler())`);
    expect(stdout).toBe('true\n');
  });
});

describe('a process that cannot leave a report is as without', () => {
  const source = `${ASKS} activeProfiler().stage('a', () => {}); console.log(activeProfiler().enabled)`;

  test.each([
    ['the folder is gone', () => JSON.stringify({ folder: '/not/there', runPid: 1, profiler: {} })],
    ['the options are of another version', () => JSON.stringify({ folder, runPid: 1, profiler: { unknown: 1 } })],
    ['the variable is torn', () => '{"folder":'],
    ['the variable is empty', () => ''],
  ])('because %s', (_, variable) => {
    expect(run(source, { variable: variable() })).toEqual({ status: 0, stdout: 'false\n', stderr: '' });
  });

  test('because the disk is full', () => {
    const fails = `import fs from 'node:fs'; fs.renameSync = () => { throw new Error('full') };`;
    expect(run(`${fails} ${source}`)).toEqual({ status: 0, stdout: 'true\n', stderr: '' });
  });
});

test('in a worker there is none', () => {
  const worker = `import { Worker } from 'node:worker_threads';
    const source = "import(${JSON.stringify(PACKAGE).replaceAll('"', "'")}).then((m) => console.log(m.activeProfiler().enabled))";
    new Worker(source, { eval: true });`;
  expect(run(worker)).toEqual({ status: 0, stdout: 'false\n', stderr: '' });
});

import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Report } from '../../src/model/report.js';
import { leftNames, readLeft } from '../../src/run/left-reports.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { PACKAGE } from '../support/workloads.js';

const PRELOAD = fileURLToPath(new URL('../../dist/preload/preload.cjs', import.meta.url));
const ASKS = `import { activeProfiler } from ${JSON.stringify(PACKAGE)};`;

const computes = (ms: number) => `const start = performance.now(); while (performance.now() - start < ${ms});`;

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

/** Runs a module as a process that was started by `stageprof run`, or by one of its processes. */
function run(
  source: string,
  { isFirst = false, variable = undefined as string | undefined, flags = [] as string[], env = {} } = {},
) {
  const runPid = isFirst ? process.pid : 1;
  const STAGEPROF_RUN = variable ?? JSON.stringify({ folders: [folder], runPid, profiler: {} });
  const args = [...flags, '--require', PRELOAD, '--input-type=module', '-e', source];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env, STAGEPROF_RUN },
  });
  return { status, stdout, stderr };
}

/** The reports of the processes that have left any file. */
const reports = (): Report[] => leftNames(folder).map((name) => readLeft([folder], name).report!);

describe('a process of a program under stageprof run', () => {
  test('that opens a stage leaves its recorder', () => {
    const outcome = run(`${ASKS} activeProfiler().stage('a', () => {}); console.log(1); process.exitCode = 4`);
    expect(outcome).toEqual({ status: 4, stdout: '1\n', stderr: '' });
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^\d+-\d+\.recorder$/)]);
    expect(reports()).toMatchObject([{ stages: [{ stage: 'a', calls: 1 }] }]);
    expect(reports()[0]).not.toHaveProperty('partial');
  });

  test('that ends by an error leaves its recorder too', () => {
    const { status } = run(`${ASKS} activeProfiler().stage('a', () => { throw new Error('as it would') })`);
    expect(status).toBe(1);
    expect(reports()).toMatchObject([{ stages: [{ stage: 'a', errors: 1 }] }]);
  });

  test('that opens no stage leaves no rows', () => {
    expect(run(`${ASKS} console.log(activeProfiler().enabled)`)).toEqual({ status: 0, stdout: 'true\n', stderr: '' });
    expect(reports()).toMatchObject([{ stages: [] }]);
  });

  test('that does not ask for the profiler leaves nothing', () => {
    expect(run('console.log(1)')).toEqual({ status: 0, stdout: '1\n', stderr: '' });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('has no more listeners than without', () => {
    const counts =
      'console.log(process.eventNames().map((name) => [String(name), process.listenerCount(name)]).join())';
    const bare = spawnSync(process.execPath, ['--input-type=module', '-e', counts], { encoding: 'utf8' });
    expect(run(`${ASKS} activeProfiler(); ${counts}`).stdout).toBe(bare.stdout);
    expect(run(counts, { isFirst: true }).stdout).toBe(bare.stdout);
  });

  test('counts the stages of its last handlers, whatever it has done to Node before', () => {
    const { status } = run(`${ASKS} import fs from 'node:fs';
      const profiler = activeProfiler();
      process.on('exit', () => profiler.stage('exiting', () => 1));
      const fail = () => { throw new Error('of the program') };
      for (const name of Object.keys(fs)) if (typeof fs[name] === 'function') Reflect.set(fs, name, fail);
      JSON.stringify = () => '';
      delete globalThis.performance;
      process.once('beforeExit', () => profiler.stage('idle', () => 1));`);
    expect(status).toBe(0);
    expect(reports()).toMatchObject([
      {
        stages: [
          { stage: 'idle', calls: 1 },
          { stage: 'exiting', calls: 1 },
        ],
      },
    ]);
  });

  test('that is the program itself leaves a report of its memory anyway', () => {
    expect(run('setTimeout(() => {}, 500)', { isFirst: true })).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(reports()).toMatchObject([{ stages: [], rss_kb_peak: expect.any(Number) }]);
  });

  test('that is the program itself is profiled from its first line on', () => {
    expect(run(computes(800), { isFirst: true })).toEqual({ status: 0, stdout: '', stderr: '' });
    const [report] = reports() as [Report];
    expect(report.total_wall_s).toBeGreaterThan(0.8);
    expect(report.warnings).toEqual([]);
  });

  test('that is the program itself is profiled from its first wait on where Node cannot require modules', () => {
    const flags = ['--no-experimental-require-module'];
    const outcome = run(`${computes(5000)} setTimeout(() => {}, 300)`, { isFirst: true, flags });
    expect(outcome).toEqual({ status: 0, stdout: '', stderr: '' });
    const [report] = reports() as [Report];
    // Only the start of the profiler and the wait, however long they take on a busy machine.
    expect(report.total_wall_s).toBeLessThan(5);
    expect(report.warnings).toEqual([expect.stringMatching(/^begun when the program first waited .*: 1$/)]);
  });

  test('that is killed leaves its recorder', () => {
    run(`${ASKS} activeProfiler().stage('a', () => process.kill(process.pid, 'SIGKILL'))`);
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^\d+-\d+\.recorder$/)]);
    expect(reports()).toMatchObject([{ partial: true, stages: [{ stage: 'a', open: 1 }] }]);
  });

  test('that has no addon writes its report itself', () => {
    const { status } = run(`${ASKS} activeProfiler().stage('a', () => {});`, { env: { STAGEPROF_NO_ADDON: '1' } });
    expect(status).toBe(0);
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^\d+-\d+\.json$/)]);
    expect(reports()).toMatchObject([{ stages: [{ stage: 'a', calls: 1 }] }]);
  });

  test('asks for the same profiler each time, and from every copy of the package', () => {
    const copy = `const copy = await import(${JSON.stringify(`${PACKAGE}?copy`)});`;
    const { stdout } = run(`${ASKS} ${copy} console.log(activeProfiler() === copy.activeProfiler())`);
    expect(stdout).toBe('true\n');
  });
});

describe('a process that cannot leave a report runs as it would without stageprof', () => {
  const source = `${ASKS} activeProfiler().stage('a', () => {}); console.log(activeProfiler().enabled)`;

  test.each([
    ['the folder is gone', () => JSON.stringify({ folders: ['/not/there'], runPid: 1, profiler: {} })],
    [
      'the options are of another version',
      () => JSON.stringify({ folders: [folder], runPid: 1, profiler: { unknown: 1 } }),
    ],
    ['the variable is torn', () => '{"folder":'],
    ['the variable is empty', () => ''],
  ])('because %s', (_, variable) => {
    expect(run(source, { variable: variable() })).toEqual({ status: 0, stdout: 'false\n', stderr: '' });
  });
});

describe('a worker thread of a process under stageprof run', () => {
  const work = `${JSON.stringify(`import(${JSON.stringify(PACKAGE)}).then(({ activeProfiler }) => {
    const profiler = activeProfiler();
    for (let i = 0; i < 3; i++) profiler.stage('a', () => {});
    console.log(profiler.enabled, profiler === activeProfiler());
  })`)}`;
  const startWorker = (options: string, source = work) =>
    `import { SHARE_ENV, Worker } from 'node:worker_threads'; new Worker(${source}, { eval: true, ${options} });`;

  test.each(['', 'execArgv: []', 'env: {}', 'env: SHARE_ENV', 'execArgv: [], env: {}'])(
    'has a profiler, with the options { %s }',
    (options) => {
      expect(run(startWorker(options))).toEqual({ status: 0, stdout: 'true true\n', stderr: '' });
      expect(readdirSync(folder)).toEqual([expect.stringMatching(/^\d+-\d+-t1\.recorder$/)]);
      expect(reports()).toMatchObject([{ stages: [{ stage: 'a', calls: 3, cpu_s: null }] }]);
    },
  );

  test('adds to the rows of the main thread', () => {
    run(`${ASKS} activeProfiler().stage('a', () => {}); ${startWorker("name: 'resizer'")}`);
    const [report] = reports() as [Report];
    expect(report).toMatchObject({ thread: 0, stages: [{ stage: 'a', calls: 4 }] });
    expect(report.stages[0]!.cpu_s).not.toBeNull();
    expect(report.worker_threads).toMatchObject({ threads: [{ thread: 1, stages: true }], more: 0 });
  });

  test('has a profiler for each time that the package is loaded anew, as in a context of node:vm', () => {
    const anew = PACKAGE.replace('index.js', 'profiler/thread-profiler.js?anew');
    const twice = `Promise.all([${JSON.stringify(PACKAGE)}, ${JSON.stringify(anew)}].map((url) => import(url))).then(
      ([{ activeProfiler, StageProfiler }, { makeThreadProfiler }]) => {
        activeProfiler().stage('a', () => {});
        makeThreadProfiler(StageProfiler).stage('b', () => {});
      })`;
    expect(run(startWorker('', JSON.stringify(twice)))).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(readdirSync(folder).sort()).toEqual([
      expect.stringMatching(/-t1-1\.recorder$/),
      expect.stringMatching(/-t1\.recorder$/),
    ]);
    const [report] = reports() as [Report];
    expect(report.stages.map(({ stage, calls }) => [stage, calls]).sort()).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
  });

  test('has a profiler in a thread that a thread has started', () => {
    run(
      startWorker(
        '',
        JSON.stringify(`import('node:worker_threads').then(({ Worker }) => new Worker(${work}, { eval: true }))`),
      ),
    );
    expect(reports()).toMatchObject([{ stages: [{ stage: 'a', calls: 3 }] }]);
  });

  test('that asks for no profiler leaves nothing', () => {
    run(startWorker('', '"console.log(1)"'));
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    ['the folder is gone', { folders: ['/not/there'], runPid: 1, profiler: {} }],
    ['the options are of another version', { folders: [''], runPid: 1, profiler: { unknown: 1 } }],
  ])('has the nullProfiler where %s', (_, variable) => {
    const outcome = run(startWorker(''), { variable: JSON.stringify(variable) });
    expect(outcome).toEqual({ status: 0, stdout: 'false true\n', stderr: '' });
  });
});

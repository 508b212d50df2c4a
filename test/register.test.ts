import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
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

/** Runs the program in the folder of the package, where it can import the package by name. */
function run(args: readonly string[], env: NodeJS.ProcessEnv = {}, program = PROGRAM) {
  return spawnSync(process.execPath, [...args, '--input-type=module', '-e', program], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, STAGEPROF_OUT: '', TMPDIR: folder, ...env },
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

test.each([
  [undefined, 120],
  ['80', 80],
  ['none', 120],
])('the lines of the table fit COLUMNS=%s', (COLUMNS, width) => {
  const { stderr } = run(['--import', 'stageprof/register'], { COLUMNS });
  const widths = stderr.split('\n').map((line) => line.length);
  expect(Math.max(...widths)).toBeLessThanOrEqual(width);
  expect(Math.max(...widths)).toBeGreaterThan(width - 30);
});

test('STAGEPROF_OUT takes the report as JSON', () => {
  const out = join(folder, 'report.json');
  const { stderr, status } = run(['--import', 'stageprof/register'], { STAGEPROF_OUT: out });
  expect({ stderr, status }).toEqual({ stderr: '', status: 7 });
  expect(JSON.parse(readFileSync(out, 'utf8')).stages).toMatchObject([{ stage: 'work', calls: 1 }]);
});

test('a report that cannot be written gives one line on stderr and changes nothing else', () => {
  const out = join(folder, 'missing', 'report.json');
  const { stdout, stderr, status } = run(['--import', 'stageprof/register'], { STAGEPROF_OUT: out });
  expect({ stdout, status }).toEqual({ stdout: 'true\n', status: 7 });
  expect(stderr.trim().split('\n')).toEqual([expect.stringContaining(out)]);
});

test('such a report is in the folder for temporary files, and the line says so', () => {
  const { stderr } = run(['--import', 'stageprof/register'], { STAGEPROF_OUT: '/dev/full' });
  const elsewhere =
    /^stageprof: cannot write the report to \/dev\/full: no space left on device \(ENOSPC\); it is in (.*)\n$/;
  const path = elsewhere.exec(stderr)?.[1] ?? stderr;
  expect(JSON.parse(readFileSync(path, 'utf8')).stages).toMatchObject([{ stage: 'work', calls: 1 }]);
});

test.each([
  ['ends by itself', ''],
  ['calls process.exit', 'process.exit(7);'],
  ['calls process.exit as it ends', "process.on('exit', () => process.exit(7));"],
])('stages in listeners to exit are counted, whenever they were added, where the program %s', (_how, ending) => {
  const out = join(folder, 'report.json');
  const program = `
    import { activeProfiler } from 'stageprof';
    process.prependListener('exit', () => activeProfiler().stage('first', () => {}));
    process.on('exit', () => activeProfiler().stage('last', () => {}));
    process.exitCode = 7;
    ${ending}`;
  const { stdout, stderr, status } = run(['--import', 'stageprof/register'], { STAGEPROF_OUT: out }, program);
  expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: '', status: 7 });
  expect(JSON.parse(readFileSync(out, 'utf8')).stages).toMatchObject([{ stage: 'first' }, { stage: 'last' }]);
});

test('a program that listens to exit and ends by an uncaught error leaves its report', () => {
  const out = join(folder, 'report.json');
  const program = `
    import { activeProfiler } from 'stageprof';
    process.on('exit', () => {});
    activeProfiler().stage('work', () => {});
    throw new Error('own');`;
  const { stderr, status } = run(['--import', 'stageprof/register'], { STAGEPROF_OUT: out }, program);
  expect(status).toBe(1);
  expect(stderr).toContain('Error: own');
  expect(JSON.parse(readFileSync(out, 'utf8')).stages).toMatchObject([{ stage: 'work' }]);
});

test('if all objects have a toJSON, there is a line on stderr and no empty report', () => {
  const out = join(folder, 'report.json');
  const { stdout, stderr, status } = run(
    ['--import', 'stageprof/register'],
    { STAGEPROF_OUT: out },
    "Object.prototype.toJSON = () => 'nothing'; process.exitCode = 7;",
  );
  expect({ stdout, stderr, status }).toEqual({
    stdout: '',
    stderr: `stageprof: cannot write the report to ${out}: all objects or arrays have been given a toJSON\n`,
    status: 7,
  });
  expect(existsSync(out)).toBe(false);
});

test.runIf((process.features as { require_module?: boolean }).require_module === true)(
  'require() gives the same module as import',
  () => {
    const program = "process.stdout.write(typeof require('stageprof').StageProfiler)";
    expect(spawnSync(process.execPath, ['-e', program], { cwd: root, encoding: 'utf8' }).stdout).toBe('function');
  },
);

const WORKERS = `
  import { Worker } from 'node:worker_threads';
  import { activeProfiler } from 'stageprof';
  activeProfiler().stage('work', () => {});
  const source = "import('stageprof').then(({ activeProfiler }) => { activeProfiler().stage('work', () => {}); activeProfiler().stage('open'); AFTER })";
  const run = (after, options) => new Promise((resolve) => {
    const worker = new Worker(source.replace('AFTER', after), { eval: true, ...options });
    worker.on('message', () => worker.terminate().then(resolve));
    worker.on('exit', resolve);
  });
  await run('', {});
  await run('process.exit(3)', { execArgv: [], env: {} });
  await run("import('node:worker_threads').then(({ parentPort }) => { parentPort.postMessage(1); for (;;); })", {});
  process.exitCode = 7;
`;

test('the rows of worker threads are added, and their recorders removed, also those of processes killed long ago', () => {
  const [left, recent] = ['999999999-1', '999999998-1'].map((name) => {
    const path = join(folder, `stageprof-threads-${name}`);
    mkdirSync(path, 0o700);
    writeFileSync(join(path, `${name}-t1.recorder`), '');
    return path;
  }) as [string, string];
  const yesterday = Date.now() / 1000 - 25 * 60 * 60;
  utimesSync(left, yesterday, yesterday);
  const out = join(folder, 'report.json');
  const env = { STAGEPROF_OUT: out };
  const { stderr, status } = run(['--import', 'stageprof/register'], env, WORKERS);
  expect({ stderr, status }).toEqual({ stderr: '', status: 7 });
  expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({
    stages: [
      { stage: 'work', calls: 4 },
      { stage: 'open', calls: 0, open: 3, cpu_s: null },
    ],
    worker_threads: { threads: [{ thread: 1 }, { thread: 2 }, { thread: 3 }], more: 0 },
  });
  expect(readdirSync(folder)).toEqual(['report.json', basename(recent)]);
});

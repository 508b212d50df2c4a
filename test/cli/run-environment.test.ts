import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ALLOCATORS, isInstalled, TRACKER } from '../support/compiled-programs.js';
import { fixture, MAIN, runCli } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const NODE = process.execPath;
const STAGED = fixture('staged.mjs');
const PRELOAD = join(MAIN, '../../preload/preload.cjs');
const PRINT = ['sh', '-c', 'echo "$LD_PRELOAD|$NODE_OPTIONS|$STAGEPROF_TRACK_MODULES"'];

/** `run` itself is a node process with the same NODE_OPTIONS. */
const IN_PROGRAM = "if (process.argv[1].endsWith('staged.mjs'))";

describe('the environment of a program under stageprof run', () => {
  test('has the tracker and the preloaded module', async () => {
    const { stdout } = await runCli(['run', '--', ...PRINT], { env: { LD_PRELOAD: '', NODE_OPTIONS: '' } });
    expect(stdout).toBe(`${TRACKER}|--require=${PRELOAD}|1\n`);
  });

  test('keeps what was there, after the tracker and before the module', async () => {
    const env = { LD_PRELOAD: 'libutil.so.1', NODE_OPTIONS: '--max-old-space-size=512', KEPT: ' as is ' };
    const { stdout } = await runCli(['run', '--no-modules', '--', ...PRINT], { env });
    expect(stdout).toBe(`${TRACKER}:libutil.so.1|--max-old-space-size=512 --require=${PRELOAD}|0\n`);
    const { stdout: kept } = await runCli(['run', '--', 'sh', '-c', 'echo "$KEPT"'], { env });
    expect(kept).toBe(' as is \n');
  });

  test('has nothing twice in a run within a run', async () => {
    const { stdout } = await runCli(['run', '--', NODE, MAIN, 'run', '--', ...PRINT], { env: { NODE_OPTIONS: '' } });
    expect(stdout).toBe(`${TRACKER}|--require=${PRELOAD}|1\n`);
  });

  test.each(ALLOCATORS.filter(isInstalled))('leaves %s the allocator', async (library) => {
    const source = `console.log(require('fs').readFileSync('/proc/self/maps', 'utf8').includes('${library}'))`;
    const { stdout } = await runCli(['run', '--', NODE, '-e', source], { env: { LD_PRELOAD: library } });
    expect(stdout).toBe('true\n');
    const { exitCode, lines } = await runCli(['run', '--', NODE, STAGED, 'fails'], { env: { LD_PRELOAD: library } });
    expect(exitCode).toBe(7);
    expect(lines.find((line) => line.startsWith('work '))).toMatch(/^work +1 /);
  });

  test('modules that NODE_OPTIONS loads are still loaded, with spaces in their paths', async () => {
    const folder = join(temporaryFolder(), 'my hooks');
    mkdirSync(folder);
    writeFileSync(join(folder, 'one.cjs'), `${IN_PROGRAM} console.log('required');`);
    writeFileSync(join(folder, 'two.mjs'), `${IN_PROGRAM} console.log('imported');`);
    const url = new URL(`file://${join(folder, 'two.mjs')}`).href;
    const NODE_OPTIONS = `--require "${join(folder, 'one.cjs')}" --import=${url}`;
    const { exitCode, stdout, lines } = await runCli(['run', NODE, STAGED, 'prints', 'fails'], {
      env: { NODE_OPTIONS },
    });
    expect({ exitCode, stdout }).toEqual({ exitCode: 7, stdout: 'required\nimported\nto stdout\n' });
    expect(lines.find((line) => line.startsWith('work '))).toMatch(/^work +1 /);
  });

  test('a program that installs the profiler itself has one, and prints one table', async () => {
    const register = join(MAIN, '../../register.js');
    const { lines } = await runCli(['run', NODE, '--import', register, STAGED]);
    expect(lines.filter((line) => line.startsWith('total '))).toHaveLength(1);
  });
});

describe('a program under stageprof run is the same as without', () => {
  // These depend on the loader of the main module, which --import of a profiler would change.
  const PROGRAMS: readonly (readonly [string, string])[] = [
    ['app.js', 'console.log(require.main === module, process.argv.length, process.execArgv)'],
    ['app.txt', 'console.log(require.main === module)'],
    ['app', '#!/usr/bin/env node\nconsole.log(require.main === module)'],
    ['throws.js', 'throw new Error("as it would")'],
    ['rejects.mjs', 'await Promise.reject(new Error("as it would"))'],
    ['unhandled.js', 'Promise.reject(new Error("as it would"))'],
    ['exits.js', 'process.on("exit", (code) => console.log("exit", code)); process.exit(12)'],
    [
      'worker.js',
      `const { Worker } = require('worker_threads');
       new Worker('console.log("in a worker", Reflect.ownKeys(globalThis).filter((key) => String(key).includes("stageprof")).length)', { eval: true })`,
    ],
    ['stops.mjs', 'await new Promise(() => {})'],
  ];

  test.each(PROGRAMS)('%s', async (name, source) => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, name), source);
    const plain = spawnSync(NODE, [name], { cwd, encoding: 'utf8' });
    const { exitCode, stdout, stderr } = await runCli(['run', '--', NODE, name], { cwd });
    expect({ exitCode, stdout }).toEqual({ exitCode: plain.status, stdout: plain.stdout });
    expect(stderr.startsWith(plain.stderr)).toBe(true);
  });
});

const isRoot = process.getuid?.() === 0;
const su = ['/usr/bin/su', '/bin/su'].find(existsSync);

// If root starts a program that is setuid root, its rights stay the same, and ld.so takes LD_PRELOAD.
test.runIf(su !== undefined)('a setuid program is said to be, and runs', () => {
  const script = `${isRoot ? 'process.setgid(65534); process.setuid(65534);' : ''} process.chdir('/');
    const { status } = require('child_process').spawnSync(process.execPath, ${JSON.stringify([MAIN, 'run', '--', su, '--version'])}, { stdio: 'inherit' });
    process.exitCode = status;`;
  const { status, stdout, stderr } = spawnSync(NODE, ['-e', script], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });
  expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/^su /) });
  expect(stderr).toContain(`${su}: cannot be tracked, ${su} is setuid and so ignores LD_PRELOAD`);
  expect(stderr).not.toContain('ld.so');
});

const compiles = (compiler: string) => spawnSync(compiler, ['--version']).status === 0;

function compile(compiler: string, ...flags: string[]): string {
  const folder = temporaryFolder();
  const source = join(folder, 'program.c');
  writeFileSync(source, '#include <stdio.h>\nint main(void) { puts("ran"); return 4; }');
  const { status, stderr } = spawnSync(compiler, [...flags, source, '-o', join(folder, 'program')], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return join(folder, 'program');
}

test.runIf(compiles('gcc'))('a static program is said to be, and what it starts may be tracked', async () => {
  const program = compile('gcc', '-static');
  const { exitCode, stdout, lines } = await runCli(['run', program]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: 'ran\n' });
  expect(lines[0]).toBe(
    `stageprof: ${program}: cannot be tracked, ${program} is statically linked and so ignores LD_PRELOAD`,
  );
});

test.runIf(compiles('musl-gcc'))('a program of another libc runs under the tracker', async () => {
  const program = compile('musl-gcc');
  const { exitCode, stdout, lines } = await runCli(['run', program]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: 'ran\n' });
  expect(lines.join('\n')).not.toContain('cannot be tracked');
});

test('nothing is left in the temporary folder', async () => {
  const TMPDIR = temporaryFolder();
  await runCli(['run', NODE, STAGED, 'forks', 'losesChild'], { env: { TMPDIR } });
  expect(readdirSync(TMPDIR)).toEqual([]);
});

import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { withFindings } from '../../src/findings/reported.js';
import type { Report } from '../../src/model/report.js';
import { fixture, MAIN, runCli } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const NODE = process.execPath;
const STAGED = fixture('staged.mjs');
const root = fileURLToPath(new URL('../..', import.meta.url));
const WITHOUT_ADDON = { STAGEPROF_NO_ADDON: '1' };

/** Runs a program under `run` with a temporary folder of its own, and gives the report that `run` wrote. */
async function profile(command: readonly string[], { main = MAIN, env = {}, flags = [] as string[] } = {}) {
  const folder = temporaryFolder();
  const out = join(folder, 'report.json');
  const result = await runCli(['run', '--out', out, ...flags, '--', ...command], {
    env: { TMPDIR: folder, ...env },
    ...(main === MAIN ? {} : { main }),
  });
  const report = existsSync(out) ? (JSON.parse(readFileSync(out, 'utf8')) as Report) : undefined;
  return { ...result, report, left: readdirSync(folder).filter((name) => name !== 'report.json') };
}

describe('stageprof run', () => {
  test('shows the table and the account of the OS on stderr, writes the report, and leaves nothing else', async () => {
    const { exitCode, stdout, lines, report, left } = await profile([NODE, STAGED, 'prints', 'fails']);
    expect({ exitCode, stdout, left }).toEqual({ exitCode: 7, stdout: 'to stdout\n', left: [] });
    expect(report).toMatchObject({ processes: 1, stages: [{ stage: 'work', calls: 1, open: 0 }] });
    const told = JSON.parse(JSON.stringify(withFindings(report!).findings));
    expect(report!.findings).toEqual(told);
    expect(lines).toContain('1 node process');
    expect(lines.find((line) => line.startsWith('work '))).toMatch(/^work +1 /);
    expect(lines.slice(-4).map((line) => line.trim().split(/ {2,}/)[0])).toEqual(['OS', 'wall', 'cpu', 'rss peak']);
  });

  test.each([
    [['sh', '-c', 'exit 0'], 0],
    [['sh', '-c', 'exit 41'], 41],
    [[NODE, '-e', 'process.exit(3)'], 3],
    [[NODE, STAGED, 'throws'], 1],
  ])('exits as %j does', async (command, expected) => {
    expect(await profile(command)).toMatchObject({ exitCode: expected, signal: null, left: [] });
  });

  test('passes stdin on, and takes no argument after the program for itself', async () => {
    const script =
      'process.stdin.pipe(process.stdout); process.stdin.on("end", () => console.log(process.argv.slice(1)))';
    const args = ['run', NODE, '-e', script, '--', '--help', '--out', '--', 'x'];
    const { exitCode, stdout } = await runCli(args, { stdin: 'as it is\n' });
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "as it is\n[ '--help', '--out', '--', 'x' ]\n" });
  });

  test('counts native allocations, by module unless --no-modules is given', async () => {
    const { report } = await profile([NODE, STAGED, 'grows']);
    expect(report).toMatchObject({ native_memory_traced: true });
    expect(report!.stages[0]!.native_kb_alloc).toBeGreaterThan(190_000);
    expect(Object.keys(report!.stages[0]!.native_modules ?? {})).not.toEqual([]);
    const without = await profile([NODE, STAGED, 'grows'], { flags: ['--no-modules'] });
    expect(without.report).toMatchObject({ native_memory_traced: true });
    expect(Object.keys(without.report!.stages[0]!.native_modules ?? {})).toEqual([]);
  });

  test('the profiler has the options of the command line', async () => {
    const { report } = await profile([NODE, STAGED], { flags: ['--measure', 'cpu', '--collect', 'every'] });
    expect(report!.stages[0]).toMatchObject({ cpu_s: expect.any(Number), rss_kb_delta: null });
  });

  test('charges exactly, and reports threads, with the flags for that', async () => {
    const { report, lines } = await profile([NODE, STAGED, 'spins'], {
      flags: ['--attribution', 'exact', '--threads'],
    });
    expect(report!.sources.attribution).toMatchObject({ truth: 'exact' });
    expect(report!.stages[0]!.thread_cpu_self_s).toBeGreaterThan(0);
    expect(report!.threads!.groups.map(({ group }) => group)).toContain('this_thread');
    expect(lines.find((line) => line.startsWith('threads'))).toBeDefined();
    const without = await profile([NODE, STAGED]);
    expect(without.report).toMatchObject({ sources: { attribution: { truth: 'bounded' } } });
    expect(without.report!.threads).toBeUndefined();
  });

  test('node children that use stages are merged, and others are left alone', async () => {
    const { exitCode, stdout, report } = await profile([NODE, STAGED, 'forks', 'spawns']);
    expect(exitCode).toBe(0);
    expect(report).toMatchObject({ processes: 3, pid: null, stages: [{ stage: 'work', calls: 3 }] });
    expect(stdout.split('\n').slice(0, 2)).toEqual(['to stdout', 'to stdout']);
    expect(
      stdout
        .split('\n')
        .slice(2, 4)
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { stdout: 'from sh\n', stderr: '', status: 5 },
      { stdout: 'from node\n', stderr: '', status: 6 },
    ]);
  });

  test('a node child that asks for the profiler and opens no stage does not count', async () => {
    const { stdout, lines, report } = await profile([NODE, STAGED, 'asks']);
    expect(stdout).toBe('true\n');
    expect(report).toMatchObject({ processes: 1, warnings: [] });
    expect(lines[0]).toBe('');
  });

  test('a program within a shell is profiled as well, but has no wall time of the program', async () => {
    const { report, lines } = await profile(['sh', '-c', `"$0" "$1" prints; exit 0`, NODE, STAGED]);
    expect(report).toMatchObject({ processes: 2, stages: [{ stage: 'work', calls: 1 }] });
    expect(lines.at(-3)).toMatch(/^wall +\S+ \S+ +- +- +the program itself is no node process/);
  });

  test('says that a program opens no stage, and reports its memory', async () => {
    const { lines, report } = await profile([NODE, '-e', '']);
    expect(report).toMatchObject({ processes: 1, stages: [], rss_kb_peak: expect.any(Number) });
    expect(lines[0]).toMatch(/^stageprof: no stage was opened: /);
    const labels = lines.map((line) => line.split(/ {2,}/)[0]);
    expect(labels).toEqual(expect.arrayContaining(['(program)', 'rss', 'memory', 'allocated by']));
    expect(labels.filter((label) => label === '(program)')).toHaveLength(2);
    expect(lines.at(-3)).toMatch(/^wall +\S+ m?s +\S+ m?s +\+/);
  });

  test('a finding about a program without stages is about the whole program', async () => {
    const { lines, report } = await profile([NODE, '-e', 'globalThis.a = Buffer.alloc(2e8, 1)']);
    const { program } = report!;
    expect(program).toMatchObject({ stage: '(program)', calls: 1, open: 0 });
    expect(program!.rss_kb_delta).toBeGreaterThan(180_000);
    expect(program!.native_kb_alloc).toBeGreaterThan(190_000);
    expect(lines.find((line) => line.startsWith('(program) '))).toMatch(/ \+19\d MiB /);
  });

  test('for a program that is not node, at most two lines precede the account of the OS', async () => {
    const { lines } = await profile(['ls', '/']);
    expect(lines[0]).toBe('stageprof: no node process left a report: there is the account of the OS alone');
    expect(lines.slice(1).map((line) => line.trim().split(/ {2,}/)[0])).toEqual(['', 'OS', 'wall', 'cpu', 'rss peak']);
  });

  test('the OS agrees on CPU and peak memory', async () => {
    // Enough that the start and end of node are small beside it.
    const { lines, report } = await profile([NODE, STAGED, 'grows', 'spins'], { flags: ['--measure', 'cpu,rss'] });
    const [, osPeak, profilerPeak] = /^rss peak +(\d+) MiB +(\d+) MiB /.exec(lines.at(-1)!)!;
    expect(Number(osPeak) / Number(profilerPeak)).toBeCloseTo(1, 1);
    const [, osCpu, profilerCpu] = /^cpu +(\d+\.\d+) s +(\d+\.\d+) s +\+/.exec(lines.at(-2)!)!;
    expect(Number(profilerCpu)).toBeCloseTo(report!.total_cpu_s!, 1);
    expect(Number(osCpu) / Number(profilerCpu)).toBeLessThan(1.4);
  });

  test('a peak that is not the program’s own is not shown as its own', async () => {
    const { lines } = await profile(['true']);
    expect(lines.at(-1)).toMatch(/^rss peak +- +the OS counts from the \d+(\.\d+)? MiB of stageprof itself/);
  });

  test('runs within another run', async () => {
    const { exitCode, lines } = await profile([NODE, MAIN, 'run', '--', NODE, STAGED, 'fails']);
    expect(exitCode).toBe(7);
    expect(lines.filter((line) => line.startsWith('total '))).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith('rss peak'))).toHaveLength(2);
  });
});

const RECOVERED = 'node processes that were killed or still ran: their numbers are up to the last reading: 1';

describe('stageprof run with a program that changes JSON', () => {
  test.each([
    ['replacesStringify', []],
    ['givesArraysToJson', []],
  ])('has its report all the same: %s', async (change, warnings) => {
    const { exitCode, report, left } = await profile([NODE, STAGED, change]);
    expect({ exitCode, left }).toEqual({ exitCode: 0, left: [] });
    expect(report).toMatchObject({ processes: 1, stages: [{ stage: 'work', calls: 1 }], warnings });
  });
});

describe('stageprof run with a program that is killed', () => {
  test('says so and gives the account of the OS', async () => {
    const { exitCode, lines, report, left } = await profile([NODE, STAGED, 'kills']);
    expect({ exitCode, left }).toEqual({ exitCode: 137, left: [] });
    expect(lines.slice(0, 2)).toEqual([
      `stageprof: ${NODE}: ended by SIGKILL, exit code 137`,
      'stageprof: 1 node process was killed or still runs: its numbers go up to the last reading, of which there are ten a second',
    ]);
    expect(lines.find((line) => line.startsWith('work '))).toMatch(/^work +0 +1/);
    expect(report).toMatchObject({
      processes: 1,
      partial: true,
      stages: [{ stage: 'work', calls: 0, open: 1 }],
      program: {
        stage: '(program)',
        calls: 1,
        wall_s: expect.any(Number),
        js_kb_delta: expect.any(Number),
        native_modules: expect.any(Object),
      },
      composition: { rss_kb: expect.any(Number) },
      warnings: expect.arrayContaining([RECOVERED]),
    });
  });

  test('says that the program left no report where there is no addon to make the recorder', async () => {
    const { lines, report } = await profile([NODE, STAGED, 'kills'], { env: { STAGEPROF_NO_ADDON: '1' } });
    expect(lines).toContain('stageprof: 1 node process left no report: killed, or not ended yet');
    expect(lines.find((line) => line.startsWith('wall '))).toMatch(/^wall +\S+ m?s$/);
    expect(report).toMatchObject({ processes: 0, stages: [], warnings: ['node processes that left no report: 1'] });
  });

  test('says so about a child too, and keeps the rest', async () => {
    const { exitCode, lines, report } = await profile([NODE, STAGED, 'losesChild']);
    expect(exitCode).toBe(0);
    expect(report).toMatchObject({
      processes: 2,
      warnings: expect.arrayContaining([RECOVERED]),
    });
    expect(lines[0]).toContain('1 node process was killed or still runs');
  });
});

describe('stageprof run with a program that cannot be run', () => {
  test.each([
    ['nowhere-to-be-found', 127, 'not found, no such program in PATH'],
    ['./not/there', 127, 'not found, no such file'],
    ['/tmp', 126, 'cannot be executed, it is a folder'],
    [STAGED, 126, 'cannot be executed, '],
  ])('%s is %i and one line', async (program, code, message) => {
    const { exitCode, lines } = await profile([program]);
    expect({ exitCode, lines }).toEqual({ exitCode: code, lines: [expect.stringContaining(`${program}: ${message}`)] });
  });

  test('a script without its interpreter is 126', async () => {
    const script = join(temporaryFolder(), 'script');
    writeFileSync(script, '#!/not/there -x\n', { mode: 0o755 });
    const { exitCode, lines } = await profile([script]);
    expect({ exitCode, lines }).toEqual({ exitCode: 126, lines: [expect.stringContaining('/not/there')] });
  });

  test('a script that does not name its interpreter is run by sh, as execvp does', async () => {
    const script = join(temporaryFolder(), 'script');
    writeFileSync(script, 'exit 9\n', { mode: 0o755 });
    expect(await profile([script])).toMatchObject({ exitCode: 9, stdout: '' });
  });

  test.each([
    [['--out', '/not/there/report.json'], '--out /not/there/report.json: cannot be written'],
    [['--out', '/tmp'], '--out /tmp: cannot be written, it is a folder'],
    [['--out', '-'], 'stdout is the output of the program'],
    [['--out', ''], 'It has to name a file'],
    [['--measure', 'all'], '--measure'],
    [['--attribution', 'fair'], 'boundary, exact'],
    [['--profile'], "unknown option '--profile'"],
  ])('%j is refused before the program starts', async (flags, message) => {
    const { exitCode, stdout, lines } = await runCli(['run', ...flags, '--', 'echo', 'started']);
    expect({ exitCode, stdout, lines }).toEqual({ exitCode: 2, stdout: '', lines: [expect.stringContaining(message)] });
  });

  test('no program is a usage error', async () => {
    expect(await runCli(['run'])).toMatchObject({
      exitCode: 2,
      lines: ["stageprof: missing required argument 'program'"],
    });
  });

  test('a temporary folder that cannot be made is made elsewhere, with one line', async () => {
    const { exitCode, lines } = await runCli(['run', 'true'], { env: { TMPDIR: '/not/there' } });
    expect({ exitCode, line: lines[0] }).toEqual({
      exitCode: 0,
      line: expect.stringMatching(/^stageprof: TMPDIR: no such file or directory \(ENOENT\) in \/not\/there, so /),
    });
  });
});

describe('stageprof run where something cannot be measured', () => {
  test('without the addon says what is null, and runs', async () => {
    const { exitCode, stdout, lines, report } = await profile([NODE, STAGED, 'prints', 'fails'], {
      env: WITHOUT_ADDON,
    });
    expect({ exitCode, stdout }).toEqual({ exitCode: 7, stdout: 'to stdout\n' });
    expect(lines[0]).toMatch(/STAGEPROF_NO_ADDON, so .*native_kb_delta, .* are null/);
    expect(lines.at(-2)).toMatch(/^cpu +- +\S+ m?s +- +the addon is switched off/);
    expect(report!.stages[0]).toMatchObject({ stage: 'work', native_kb_alloc: null });
  });

  test('without the tracker says what is null, and runs', async () => {
    const main = copyOfPackage(join(temporaryFolder(), 'package'), 'no tracker');
    const { exitCode, lines, report } = await profile([NODE, STAGED, 'fails'], { main });
    expect(exitCode).toBe(7);
    expect(lines[0]).toMatch(/no tracker was built for .*, so native_kb_alloc, .* are null$/);
    expect(report).toMatchObject({ native_memory_traced: false, stages: [{ stage: 'work', native_kb_alloc: null }] });
    expect(lines.at(-2)).toMatch(/^cpu +\S+ m?s +\S+ m?s +\+/);
  });

  test.runIf(existsSync('/sbin/ldconfig'))('a static program is said to be, and runs', async () => {
    const { exitCode, stdout, lines } = await profile(['/sbin/ldconfig', '--version']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ldconfig /);
    expect(lines[0]).toContain('/sbin/ldconfig: cannot be tracked, /sbin/ldconfig is statically linked');
    expect(lines.at(-2)).toMatch(/^cpu +\S+ [mu]?s$/);
  });
});

describe('stageprof run with spaces and more in paths', () => {
  test.each(['with space', 'a b:c', 'a$b', '"quoted" 100%', "it's"])('the package in %j', async (name) => {
    const main = copyOfPackage(join(temporaryFolder(), name), 'whole');
    const env = { XDG_CACHE_HOME: temporaryFolder() };
    const { exitCode, stdout, lines, report, left } = await profile([NODE, STAGED, 'prints', 'grows'], { main, env });
    expect({ exitCode, stdout, left }).toEqual({ exitCode: 0, stdout: 'to stdout\n', left: [] });
    expect(lines[0]).toBe('');
    expect(report).toMatchObject({ processes: 1, native_memory_traced: true, stages: [{ stage: 'work', calls: 1 }] });
  });

  test('the program, and the temporary folder', async () => {
    const folder = join(temporaryFolder(), 'my program:1');
    mkdirSync(folder);
    const program = join(folder, 'node it is');
    symlinkSync(NODE, program);
    writeFileSync(
      join(folder, 'app one.mjs'),
      readFileSync(STAGED, 'utf8').replace('../../../dist', join(root, 'dist')),
    );
    const { exitCode, report } = await profile([program, join(folder, 'app one.mjs'), 'fails'], {
      env: { TMPDIR: folder },
    });
    expect(exitCode).toBe(7);
    expect(report).toMatchObject({ native_memory_traced: true, stages: [{ stage: 'work', calls: 1 }] });
  });

  test('a process that the program leaves running starts others without an error of the tracker, long after', async () => {
    const folder = temporaryFolder();
    const main = copyOfPackage(join(folder, 'a b'), 'whole');
    const [told, ready] = [join(folder, 'told'), join(folder, 'ready')];
    writeFileSync(
      join(folder, 'app.cjs'),
      `require('child_process').spawn('sh', ['-c', ${JSON.stringify(`while [ ! -e ${ready} ]; do sleep 0.1; done; /bin/true; echo "rc $?" >&2; mv ${told}.part ${told}`)}], {
         detached: true, stdio: ['ignore', 'ignore', require('fs').openSync(${JSON.stringify(`${told}.part`)}, 'w')] }).unref();`,
    );
    const env = { XDG_CACHE_HOME: join(folder, 'cache') };
    const { exitCode, report } = await profile([NODE, join(folder, 'app.cjs')], { main, env });
    expect({ exitCode, traced: report?.native_memory_traced }).toEqual({ exitCode: 0, traced: true });
    writeFileSync(ready, '');
    await expect.poll(() => existsSync(told)).toBe(true);
    expect(readFileSync(told, 'utf8')).toBe('rc 0\n');
  });

  test('where no copy of the tracker can be kept, run says so and measures without', async () => {
    const TMPDIR = join(temporaryFolder(), 'a b');
    mkdirSync(TMPDIR);
    const main = copyOfPackage(join(TMPDIR, 'package'), 'whole');
    const env = { TMPDIR, XDG_CACHE_HOME: join(TMPDIR, 'cache') };
    const { exitCode, lines, report } = await profile([NODE, STAGED], { main, env });
    expect(exitCode).toBe(0);
    expect(lines[0]).toMatch(/LD_PRELOAD cannot hold .* are null$/);
    expect(report).toMatchObject({ native_memory_traced: false });
  });
});

/** The command line of a copy of the package that is built here. */
function copyOfPackage(folder: string, parts: 'whole' | 'no tracker'): string {
  mkdirSync(join(folder, 'build', 'Release'), { recursive: true });
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  for (const name of ['package.json', ...(parts === 'whole' ? ['build/Release/libstageprof_tracker.so'] : [])]) {
    copyFileSync(join(root, name), join(folder, name));
  }
  copyFileSync(join(root, 'build/Release/stageprof.node'), join(folder, 'build/Release/stageprof.node'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const main = join(folder, 'dist', 'cli', 'main.js');
  chmodSync(main, 0o755);
  return main;
}

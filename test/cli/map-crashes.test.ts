import { execFileSync } from 'node:child_process';
import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { Programs } from '../support/compiled-programs.js';
import { MapFolders } from '../support/map-folders.js';
import { fixture, MAIN, readRecords, runCli } from '../support/run-cli.js';

const ENDS = fixture('ends.mjs');
const programs = new Programs(join(import.meta.dirname, '../programs/cli'));
afterAll(() => programs[Symbol.dispose]());

const OPEN = [expect.objectContaining({ stage: 'outer' }), expect.objectContaining({ stage: 'outer.inner' })];
const LAST = expect.objectContaining({ rss_kb: expect.any(Number), rss_kb_peak: expect.any(Number) });
const PARTIAL = {
  partial: true,
  stages: [
    { stage: 'outer', calls: 0, open: 1 },
    { stage: 'outer.inner', calls: 0, open: 1 },
  ],
};
const DONE = {
  stages: [
    { stage: 'outer', calls: 1, open: 0 },
    { stage: 'outer.inner', calls: 1, open: 0 },
  ],
};

/** The error of each input, and the error that it has with a profile. */
const ENDINGS: Record<string, object> = {
  segfault: { kind: 'signal', signal: 'SIGSEGV' },
  abort: { kind: 'signal', signal: 'SIGABRT', stderr: expect.any(String) },
  badAlloc: { kind: 'out-of-memory', signal: 'SIGABRT', message: expect.stringContaining('std::bad_alloc') },
  heap: { kind: 'out-of-memory', signal: 'SIGABRT', message: expect.stringContaining('heap out of memory') },
  exit: {
    kind: 'exit',
    exit_code: 3,
    message: expect.stringContaining('must not call process.exit() or process.disconnect()'),
  },
  exit0: { kind: 'exit', exit_code: 0 },
  kill: { kind: 'signal', signal: 'SIGKILL', message: expect.stringMatching(/^its process was ended by SIGKILL/) },
  uncaught: { kind: 'uncaught', name: 'RangeError' },
};

const TIMEOUTS: Record<string, object> = {
  hangs: { kind: 'timeout', signal: 'SIGKILL', message: expect.stringMatching(/^took longer than 5 s/) },
  heeds: { kind: 'timeout', message: 'took longer than 5 s' },
  waits: { kind: 'timeout', message: 'took longer than 5 s' },
  never: { kind: 'timeout', message: 'took longer than 5 s' },
};

describe.each([
  ['profiled', ['--profile']],
  ['not profiled', []],
])('stageprof map, %s', (_, profile) => {
  const isProfiled = profile.length > 0;
  const withProfile = (error: object, profile: object = PARTIAL) =>
    isProfiled ? { error: { ...error, open: OPEN, last: LAST }, profile } : { error };

  test('records how the process of an input ended, and goes on in another', async () => {
    const folders = new MapFolders();
    const env = { ...folders.env, CRASH_LIBRARY: programs.compile('crash.c', 'crash.so') };
    const inputs = ['before', ...Object.keys(ENDINGS), 'prints', 'after'];
    const flags = ['--jobs', '2', '--outdir', folders.records, ...profile];
    const nodeFlags = ['--max-old-space-size=60'];
    const result = await runCli(['map', ...flags, ENDS, ...inputs], { env, nodeFlags });
    expect(result.exitCode).toBe(1);
    const records = readRecords(folders.records);
    expect(Object.keys(records)).toHaveLength(inputs.length);
    for (const [input, error] of Object.entries(ENDINGS)) {
      expect(records[`${input}.ends.jsonl`], input).toMatchObject({ input, ...withProfile(error) });
      if (!isProfiled) expect(Object.keys(records[`${input}.ends.jsonl`]!)).toEqual(['input', 'error']);
    }
    for (const input of ['before', 'prints', 'after']) {
      const expected = { input, pid: expect.any(Number), ...(isProfiled ? { profile: DONE } : {}) };
      expect(records[`${input}.ends.jsonl`]).toMatchObject(expected);
    }
    expect(folders.begun()).toHaveLength(inputs.length);
    expect(result.lines.at(-1)).toContain(`${inputs.length} inputs: 3 done, 8 failed, in`);
    expect(result.lines).toContain('to stdout');
    expect(result.lines).toContain('to stderr');
    // stdout has the table or nothing.
    if (isProfiled) expect(result.stdout).toMatch(/^11 records, pipeline ends\n\nstage [\s\S]*^outer +3 +8 /m);
    else expect(result.stdout).toBe('');
    expect(result.stdout).not.toContain('to stdout');
    expect(await folders.left()).toEqual([]);
  });

  test('ends inputs that take too long, and says in which stages they were', async () => {
    const folders = new MapFolders();
    const inputs = ['before', ...Object.keys(TIMEOUTS), 'after'];
    const flags = ['--jobs', '3', '--timeout', '5', '--outdir', folders.records, ...profile];
    const { exitCode, lines } = await runCli(['map', ...flags, ENDS, ...inputs], { env: folders.env });
    expect(exitCode).toBe(1);
    expect(lines.at(-1)).toContain('6 inputs: 2 done, 4 failed, in');
    const stage = isProfiled ? ', in outer.inner' : '';
    for (const input of ['heeds', 'waits', 'never'])
      expect(lines).toContain(`stageprof: ${input}: failed, took longer than 5 s${stage}`);
    // The message says that already.
    expect(lines.find((line) => line.startsWith('stageprof: hangs: failed'))).not.toMatch(/outer.*outer/);
    const records = readRecords(folders.records);
    for (const [input, error] of Object.entries(TIMEOUTS)) {
      // An input that heeds the signal has closed its stages by itself.
      const partial =
        input === 'heeds'
          ? {
              stages: [
                { errors: 1, open: 0 },
                { errors: 1, open: 0 },
              ],
            }
          : PARTIAL;
      expect(records[`${input}.ends.jsonl`], input).toMatchObject({ input, ...withProfile(error, partial) });
    }
    if (isProfiled) expect(records['heeds.ends.jsonl']?.profile).not.toHaveProperty('partial');
    expect(await folders.left()).toEqual([]);
  });
});

test('a crash between two inputs fails the run, but neither input', async () => {
  const folders = new MapFolders();
  const flags = ['--profile', '--outdir', folders.records];
  const { exitCode, stderr, lines } = await runCli(['map', ...flags, ENDS, 'between', 'after'], { env: folders.env });
  expect(exitCode).toBe(1);
  expect(stderr).toContain('stageprof: between two inputs: its process was ended by SIGSEGV\n');
  expect(lines.at(-1)).toContain('2 inputs: 2 done, 0 failed, in');
  const records = Object.values(readRecords(folders.records));
  expect(records).toEqual([expect.not.objectContaining({ error: expect.anything() }), expect.anything()]);
  expect(new Set(folders.begun().map(({ pid }) => pid)).size).toBe(2);
  expect(await folders.left()).toEqual([]);
});

test('does not wait for a process that keeps the output of an ended one open', async () => {
  const folders = new MapFolders();
  let holder: number | undefined;
  const { exitCode, stdout, lines } = await runCli(['map', '--outdir', folders.records, ENDS, 'holds', 'after'], {
    env: folders.env,
    onStderr: (stderr) => {
      const [, pid] = /^holder (\d+)$/m.exec(stderr) ?? [];
      if (holder !== undefined || pid === undefined) return;
      holder = Number(pid);
      onTestFinished(() => killIfThere(holder!));
    },
  });
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(lines.at(-1)).toContain('2 inputs: 1 done, 1 failed, in');
  // It throws where there is none.
  process.kill(holder!, 0);
});

test('loses nothing that a process had printed before it crashed, however slow the reader', async () => {
  const folders = new MapFolders();
  const script = '"$@" 2>&1 >/dev/null | { sleep 2; grep -c "^xxx"; }';
  const map = [process.execPath, MAIN, 'map', '--outdir', folders.records, ENDS, 'loud'];
  const env = { ...process.env, ...folders.env };
  expect(execFileSync('sh', ['-c', script, 'sh', ...map], { env, encoding: 'utf8' })).toBe('200\n');
});

test('gives up on a module that ends its process when it is loaded', async () => {
  const folders = new MapFolders();
  const flags = ['--outdir', folders.records];
  const { exitCode, lines } = await runCli(['map', ...flags, fixture('early-end.mjs'), 'a', 'b'], { env: folders.env });
  expect(exitCode).toBe(1);
  expect(lines.slice(-2)).toEqual([
    expect.stringMatching(/early-end\.mjs: .*its process ended with exit code 3/),
    expect.stringContaining('2 inputs: 0 done, 0 failed, 2 left, in'),
  ]);
});

test('ignores what a pipeline sends to its parent', async () => {
  const folders = new MapFolders();
  const { exitCode } = await runCli(['map', '--outdir', folders.records, ENDS, 'sends', 'after'], { env: folders.env });
  expect(exitCode).toBe(0);
});

const CGROUP = '/sys/fs/cgroup/memory/stageprof-test';

/** Why no control group with a limit can be made here; undefined where one can. */
function whyNoCgroup(): string | undefined {
  try {
    mkdirSync(CGROUP);
    writeFileSync(join(CGROUP, 'memory.limit_in_bytes'), String(250e6));
    rmdirSync(CGROUP);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

const noCgroup = whyNoCgroup();
if (noCgroup !== undefined) console.warn(`no test of a kill for memory: ${noCgroup}`);

test.skipIf(noCgroup !== undefined)('an input that the kernel kills for memory is on record as that', async () => {
  mkdirSync(CGROUP);
  const folders = new MapFolders();
  try {
    writeFileSync(join(CGROUP, 'memory.limit_in_bytes'), String(250e6));
    const map = [process.execPath, MAIN, 'map', '--profile', '--outdir', folders.records, ENDS, 'memory', 'after'];
    const script = `echo $$ >${CGROUP}/cgroup.procs; "$@" 2>&1 >/dev/null; echo "code $?"`;
    const env = { ...process.env, ...folders.env };
    const said = execFileSync('sh', ['-c', script, 'sh', ...map], { env, encoding: 'utf8' });
    expect(said).toContain('code 1\n');
    expect(said).toContain('memory: failed, its process was killed by SIGKILL, likely for memory, in outer.inner');
    const records = readRecords(folders.records);
    expect(records['memory.ends.jsonl']).toMatchObject({
      error: { kind: 'out-of-memory', signal: 'SIGKILL', open: OPEN, last: LAST, evidence: expect.any(Array) },
      profile: PARTIAL,
    });
    expect(records['after.ends.jsonl']).toMatchObject({ pid: expect.any(Number) });
  } finally {
    rmdirSync(CGROUP);
  }
});

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The process has ended.
  }
}

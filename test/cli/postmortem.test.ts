import { spawnSync } from 'node:child_process';
import { readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { StageProfiler } from '../../src/profiler/stage-profiler.js';
import { offsetOf } from '../../src/recorder/format.js';
import { runCli } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const KILLED = join(import.meta.dirname, '../programs/recorder/ends.js');

/** The recorder of a process that was killed within a stage. */
function killed(): string {
  const path = join(temporaryFolder(), 'a.recorder');
  const { signal } = spawnSync(process.execPath, [KILLED, path, 'SIGKILL']);
  expect(signal).toBe('SIGKILL');
  return path;
}

test('shows of a killed process its stages, its memory and the table up to its end', async () => {
  const { exitCode, stdout, stderr } = await runCli(['postmortem', killed()]);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^process +\d+ ended without closing its recorder after .* last reading \d{4}-\d\d-\d\dT/m);
  expect(stdout).toMatch(/^open +open, for /m);
  expect(stdout).toMatch(/^memory +rss [\d.]+ MiB, [\d.]+ MiB at its peak/m);
  expect(stdout).toMatch(/^killed by +not known/m);
  expect(stdout).toMatch(/^done +1 /m);
  expect(stdout).toMatch(/^total /m);
});

test('prints the same as JSON', async () => {
  const { exitCode, stdout } = await runCli(['postmortem', killed(), '--format', 'json', '--signal', 'SIGKILL']);
  expect(exitCode).toBe(0);
  const found = JSON.parse(stdout);
  expect(Object.keys(found)).toEqual(['report', 'open', 'last', 'killed_by', 'process']);
  expect(found.report).toMatchObject({ schema: 'stageprof/1', partial: true, overhead_s: expect.any(Number) });
  expect(found.report.findings).toEqual([]);
  expect(found.open).toEqual([{ stage: 'open', for_s: expect.any(Number), rss_kb_delta: expect.any(Number) }]);
  expect(found.last.rss_kb).toBeGreaterThan(10_000);
  expect(found.last.readings.at(-1)).toMatchObject({ before_s: 0, rss_kb: found.last.rss_kb });
  expect(found.killed_by.signal).toBe('SIGKILL');
  expect(found.process).toMatchObject({ running: false, recorder: 'open' });
});

test('a process can be given by its id while it runs, and after it was killed', async () => {
  const folder = temporaryFolder();
  const env = { STAGEPROF_DIR: folder };
  const path = join(temporaryFolder(), 'elsewhere.recorder');
  const profiler = new StageProfiler({ recorder: path });
  using _ = profiler.stage('running');
  const running = await runCli(['postmortem', String(process.pid), '--format', 'json'], { env });
  expect(running).toMatchObject({ exitCode: 0, stderr: '' });
  expect(JSON.parse(running.stdout).report.pid).toBe(process.pid);
  expect(JSON.parse(running.stdout).open).toMatchObject([{ stage: 'running' }]);
  profiler.close();

  const { pid } = spawnSync(process.execPath, [KILLED, join(folder, 'ended.recorder'), 'SIGKILL']);
  renameSync(join(folder, 'ended.recorder'), join(folder, `${pid}-1764000000000-0-0.recorder`));
  const killed = await runCli(['postmortem', String(pid), '--format', 'json'], { env });
  expect(killed).toMatchObject({ exitCode: 0, stderr: '' });
  expect(JSON.parse(killed.stdout).report.pid).toBe(pid);
  const none = await runCli(['postmortem', '999999999'], { env });
  expect(none).toMatchObject({ exitCode: 2, stdout: '' });
  expect(none.lines).toEqual([
    expect.stringMatching(/^stageprof: there is no process 999999999, and no recorder of it in /),
  ]);
});

test('labels are escaped in the table', async () => {
  const path = join(temporaryFolder(), 'a.recorder');
  const profiler = new StageProfiler({ recorder: path });
  profiler.stage('one\n\u001b[31mtwo');
  const { stdout } = await runCli(['postmortem', path]);
  profiler.close();
  expect(stdout).toContain('open       one\\n\\x1b[31mtwo, for ');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
  expect(stdout).not.toMatch(/[\x00-\x09\x0b-\x1f]/);
});

test('shows what is left of a file that is cut', async () => {
  const path = killed();
  const header = readFileSync(path);
  const [rows, rowBytes] = [header.readDoubleLE(offsetOf('rows_offset')), header.readDoubleLE(offsetOf('row_bytes'))];
  truncateSync(path, rows + rowBytes * 1.5);
  const { exitCode, stdout } = await runCli(['postmortem', path]);
  expect(exitCode).toBe(0);
  expect(stdout).toContain('recorder: 2 of 3 rows are cut off');
  expect(stdout).toMatch(/^\(program\) /m);
});

describe('one line, and exit code 2, for', () => {
  test.each([
    ['no file', [], "missing required argument 'pid or file'"],
    [
      'a file that is not there',
      ['none.recorder'],
      'none.recorder: cannot be read, no such file or directory (ENOENT)',
    ],
    ['a folder', ['.'], '.: is a folder, give a recorder in it'],
    ['another file', ['other.txt'], 'other.txt: not a recorder'],
    ['a file name with a terminal escape', ['\u001b[31m'], '\\x1b[31m: cannot be read'],
    ['a signal that there is not', ['other.txt', '--signal', 'KILL'], 'name of a signal, such as SIGKILL'],
    ['another format', ['other.txt', '--format', 'xml'], 'Allowed choices are table, json'],
  ])('%s', async (_what, args, message) => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'other.txt'), 'other');
    const { exitCode, lines, stdout } = await runCli(['postmortem', ...args], { cwd });
    expect(exitCode).toBe(2);
    expect(lines).toEqual([expect.stringContaining(message)]);
    expect(stdout).toBe('');
  });
});

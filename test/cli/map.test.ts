import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Failure } from '../../src/corpus/failure.js';
import type { Report } from '../../src/model/report.js';
import { outsideRow } from '../../src/report/outside-row.js';
import { fixture, MAIN, readRecords, runCli } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const OUTCOMES = fixture('outcomes.mjs');

describe('stageprof map', () => {
  test('writes one record an input and nothing to stdout', async () => {
    const cwd = temporaryFolder();
    const { exitCode, stdout, lines } = await runCli(['map', OUTCOMES, 'b/two.tif', 'a/one.tif'], { cwd });
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' });
    expect(readRecords(join(cwd, 'results'))).toEqual({
      'one.tif.outcomes.jsonl': { input: 'a/one.tif', ok: true },
      'two.tif.outcomes.jsonl': { input: 'b/two.tif', ok: true },
    });
    expect(lines).toEqual([
      'stageprof: 2 inputs, pipeline outcomes, records in results/',
      expect.stringMatching(/^stageprof: 2 inputs: 2 done, 0 failed, in [\d.]+ m?s; records in results\/$/),
    ]);
  });

  test('puts a profile into each record and the table of all on stdout', async () => {
    const cwd = temporaryFolder();
    const { exitCode, stdout } = await runCli(['map', '--profile', OUTCOMES, 'a', 'b', 'error'], { cwd });
    expect(exitCode).toBe(1);
    expect(stdout.split('\n', 1)).toEqual(['3 records, pipeline outcomes']);
    expect(stdout).toMatch(/^read +3 /m);
    const records = Object.values(readRecords(join(cwd, 'results')));
    expect(records).toHaveLength(3);
    for (const { input, profile } of records) {
      expect(profile).toMatchObject({
        schema: 'stageprof/1',
        stages: [{ stage: 'read', calls: 1, errors: input === 'error' ? 1 : 0 }],
      });
    }
  });

  test('puts what grows between two inputs outside the stages of the second: the records add up to the process', async () => {
    const cwd = temporaryFolder();
    const args = ['map', '--profile', '--jobs', '1', fixture('between.mjs'), 'a', 'b', 'c'];
    expect(await runCli(args, { cwd })).toMatchObject({ exitCode: 0 });
    const [first, ...others] = Object.values(readRecords(join(cwd, 'results'))).map(
      ({ profile }) => profile as unknown as Report,
    );
    let before = first!;
    for (const profile of others) {
      expect(profile.stages[0]!.external_kb_delta).toBeLessThan(1024);
      expect(profile.program!.external_kb_delta).toBeGreaterThan(31 * 1024);
      expect(outsideRow(profile)!.external_kb_delta).toBeGreaterThan(31 * 1024);
      expect(Math.abs(profile.program!.rss_kb_delta! - (profile.rss_kb_now! - before.rss_kb_now!))).toBeLessThan(2);
      before = profile;
    }
  });

  test('with forced collections, what a pipeline returns is not told as kept once its record is written', async () => {
    const cwd = temporaryFolder();
    const args = ['map', '--profile', '--collect', 'outermost', '--jobs', '1', fixture('returns-much.mjs')];
    expect(await runCli([...args, 'a', 'b', 'c', 'd'], { cwd })).toMatchObject({ exitCode: 0 });
    const profiles = Object.values(readRecords(join(cwd, 'results'))).map(
      ({ profile }) => profile as unknown as Report,
    );
    expect(profiles.map(({ stages }) => stages.map(({ stage }) => stage))).toEqual(Array(4).fill([['read']].flat()));
    // The growth of an input is in the record of the next. That of the first is in none: no collection came before it.
    expect(profiles.slice(0, 2).map(({ program }) => program!.js_kb_retained)).toEqual([null, null]);
    for (const { program, stages } of profiles.slice(2)) {
      expect(stages[0]!.js_kb_retained).toBeGreaterThan(7 * 1024);
      // The 4 MiB that it keeps, less what the collection finds of the start.
      expect(program!.js_kb_retained).toBeGreaterThan(3.6 * 1024);
      expect(program!.js_kb_retained).toBeLessThan(5 * 1024);
    }
  });

  test('passes the profiler options on', async () => {
    const cwd = temporaryFolder();
    const flags = [
      '--profile',
      '--measure',
      'cpu,js',
      '--collect',
      'every',
      '--rss-peak',
      'reset',
      '--attribution',
      'exact',
    ];
    await runCli(['map', ...flags, OUTCOMES, 'a'], { cwd });
    expect(readRecords(join(cwd, 'results'))['a.outcomes.jsonl']).toMatchObject({
      profile: { stages: [{ cpu_s: expect.any(Number), js_kb_retained: expect.any(Number), rss_kb_delta: null }] },
    });
  });

  const failures: [input: string, error: object, line: string][] = [
    [
      'error',
      {
        kind: 'exception',
        name: 'TypeError',
        code: 'E_PAGE',
        message: 'first line\nsecond line',
        cause: 'Error: no page',
      },
      'TypeError: first line',
    ],
    ['text', { kind: 'exception', message: 'only a text' }, 'only a text'],
    ['null', { kind: 'exception', message: 'threw null' }, 'threw null'],
    ['object', { kind: 'exception', message: 'threw { page: 3 }' }, 'threw { page: 3 }'],
    ['hostile', { kind: 'exception', message: 'threw a value that cannot be read' }, 'threw a value'],
    ['undefined', { kind: 'record', message: expect.stringContaining('returned undefined') }, 'returned undefined'],
    ['array', { kind: 'record', message: expect.stringContaining('returned an array') }, 'returned an array'],
    ['string', { kind: 'record', message: expect.stringContaining('returned a string') }, 'returned a string'],
    ['class', { kind: 'record', message: expect.stringContaining('returned a Pages') }, 'returned a Pages'],
    ['map', { kind: 'record', message: expect.stringContaining('returned a Map') }, 'returned a Map'],
    ['toJSON', { kind: 'record', message: expect.stringContaining('with a toJSON') }, 'with a toJSON'],
    ['bigint', { kind: 'record', message: expect.stringMatching(/cannot be written as JSON: .*BigInt/) }, 'BigInt'],
    ['cycle', { kind: 'record', message: expect.stringMatching(/cannot be written as JSON: .*circular/) }, 'circular'],
    ['getter', { kind: 'record', message: expect.stringContaining('from a getter') }, 'from a getter'],
    ['profile', { kind: 'record', message: expect.stringContaining('member "profile"') }, 'member "profile"'],
    ['errorMember', { kind: 'record', message: expect.stringContaining('member "error"') }, 'member "error"'],
    ['otherInput', { kind: 'record', message: expect.stringContaining('member "input"') }, 'member "input"'],
    ['pending', { kind: 'unsettled', message: expect.stringContaining('promise is pending') }, 'promise is pending'],
    [
      'uncaught',
      { kind: 'uncaught', name: 'RangeError', message: 'from a timer' },
      'uncaught RangeError: from a timer',
    ],
    ['rejection', { kind: 'uncaught', name: 'Error', message: 'forgotten await' }, 'uncaught Error: forgotten await'],
  ];

  test.each(failures)('records that %s failed, and does the others', async (input, error, reason) => {
    const cwd = temporaryFolder();
    const { exitCode, stdout, lines } = await runCli(['map', OUTCOMES, 'before', input, 'after'], { cwd });
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(new RegExp(`^stageprof: ${input}: failed, `));
    expect(lines[1]).toContain(reason);
    expect(lines[2]).toContain('3 inputs: 2 done, 1 failed, in');
    expect(readRecords(join(cwd, 'results'))).toEqual({
      'before.outcomes.jsonl': { input: 'before', ok: true },
      [`${input}.outcomes.jsonl`]: { input, error: expect.objectContaining(error) },
      'after.outcomes.jsonl': { input: 'after', ok: true },
    });
  });

  test('takes a record that repeats its own input', async () => {
    const cwd = temporaryFolder();
    expect(await runCli(['map', OUTCOMES, 'sameInput'], { cwd })).toMatchObject({ exitCode: 0 });
    expect(readRecords(join(cwd, 'results'))).toEqual({ 'sameInput.outcomes.jsonl': { input: 'sameInput', pages: 1 } });
  });

  test('takes the default of a compiled CommonJS module', async () => {
    const cwd = temporaryFolder();
    expect(await runCli(['map', fixture('compiled.cjs'), 'a'], { cwd })).toMatchObject({ exitCode: 0 });
    expect(readRecords(join(cwd, 'results'))).toEqual({ 'a.compiled.jsonl': { input: 'a', from: 'commonjs' } });
  });

  test('an error between two inputs does not end the run but fails it', async () => {
    const cwd = temporaryFolder();
    const { exitCode, stderr } = await runCli(['map', OUTCOMES, 'unhandled', 'a'], { cwd });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('after the end');
    expect(stderr).not.toContain('    at ');
    expect(Object.keys(readRecords(join(cwd, 'results')))).toHaveLength(2);
  });

  test('runs to its end with a full stderr', async () => {
    const cwd = temporaryFolder();
    const { exitCode } = await runCli(['map', OUTCOMES, 'a', 'b'], { cwd, stderrTo: '/dev/full' });
    expect(exitCode).toBe(0);
    expect(Object.values(readRecords(join(cwd, 'results')))).toEqual([
      { input: 'a', ok: true },
      { input: 'b', ok: true },
    ]);
  });

  test('runs to its end when the reader of its stderr has gone', () => {
    const cwd = temporaryFolder();
    const script = '{ "$0" "$1" map "$2" a b 2>&1; echo $? >code; } | true; cat code results/*';
    const text = execFileSync('sh', ['-c', script, process.execPath, MAIN, OUTCOMES], { cwd, encoding: 'utf8' });
    expect(text).toBe('0\n{"input":"a","ok":true}\n{"input":"b","ok":true}\n');
  });

  test('records an error of any length and goes on', async () => {
    const cwd = temporaryFolder();
    const { exitCode, lines } = await runCli(['map', OUTCOMES, 'long', 'a'], { cwd });
    expect(exitCode).toBe(1);
    expect(lines.at(-1)).toContain('2 inputs: 1 done, 1 failed, in');
    const { error } = readRecords(join(cwd, 'results'))['long.outcomes.jsonl'] as unknown as { error: Failure };
    expect(error.message).toHaveLength(64 * 1024);
    expect(error.stack).toHaveLength(64 * 1024);
    expect(error.stack).toMatch(/^Error: xxx.*x…x.*x\n +at .*outcomes\.mjs/);
  });

  test('does not take an error of its own for the pipeline ending the process', async () => {
    const { exitCode, stderr } = await runCli(['map', OUTCOMES, 'sabotage'], { cwd: temporaryFolder() });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('Error: nothing can be aborted');
    expect(stderr).toContain('sabotage: failed, stageprof itself failed in its process');
    expect(stderr).not.toContain('process.exit()');
  });

  test('stops at the first record it cannot write, and says how many are left', async () => {
    const cwd = temporaryFolder();
    const inputs = ['a', 'results/removeOutdir', 'b', 'c'];
    const { exitCode, lines } = await runCli(['map', OUTCOMES, ...inputs], { cwd });
    expect(exitCode).toBe(1);
    expect(lines[1]).toBe(
      'stageprof: results/removeOutdir.outcomes.jsonl: cannot be written, not a directory (ENOTDIR)',
    );
    expect(lines[2]).toContain('4 inputs: 1 done, 0 failed, 3 left, in');
  });

  test.each([
    ['a file', ['--input-list', 'list.txt'], ''],
    ['stdin', ['--input-list', '-'], '\uFEFFone\r\n\r\n  \ntwo\r\none\n'],
  ])('reads a list from %s, each input once', async (_, flags, stdin) => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'list.txt'), 'one\n\ntwo\none');
    const { exitCode, lines } = await runCli(['map', OUTCOMES, ...flags], { cwd, stdin });
    expect(exitCode).toBe(0);
    expect(lines[0]).toBe('stageprof: 1 repeated input of the list will be run once');
    expect(Object.values(readRecords(join(cwd, 'results')))).toEqual([
      { input: 'one', ok: true },
      { input: 'two', ok: true },
    ]);
  });

  test('shows no control character of an input', async () => {
    const cwd = temporaryFolder();
    const input = '\u001b]0;title\u0007\nsecond "line"/error';
    const { lines } = await runCli(['map', OUTCOMES, input], { cwd });
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(/^stageprof: \\x1b\]0;title\\x07\\nsecond "line"\/error: failed/);
  });
});

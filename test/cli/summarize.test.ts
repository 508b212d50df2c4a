import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { withFindings } from '../../src/findings/reported.js';
import type { Report } from '../../src/model/report.js';
import { mergeReports } from '../../src/report/merge.js';
import { readAsHatchet } from '../support/hatchet-reader.js';
import { pipelineReport, report, row } from '../support/report-fixture.js';
import { fixture, runCli } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const hasZstd = (() => {
  try {
    execFileSync('zstd', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** A record with the given seconds in its one stage. */
function line(input: string, seconds: number, members: object = {}): string {
  const stages = [
    row('scan', { calls: 1, wall_s: seconds, wall_max_s: seconds, wall_hist: [[200, 1]], rss_kb_peak_max: 2048 }),
  ];
  const profile = report({ total_wall_s: seconds, outside_wall_s: 0, stages });
  return `${JSON.stringify({ input, ...members, profile })}\n`;
}

/** Enough records for a file that is shared out among threads. */
function manyLines(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const profile = { ...pipelineReport(), total_wall_s: (index * 4001) / 1e9, pid: index % 3 };
    const text = createHash('sha256')
      .update(`${index}`)
      .digest('hex')
      .repeat(1 + (index % 60));
    return `${JSON.stringify({ input: `scan ${index}`, text, profile })}\n`;
  });
}

const profilesOf = (lines: readonly string[]): Report[] => lines.map((text) => JSON.parse(text).profile);

/** What the JSON has of the merged report. */
const asWritten = (profiles: readonly Report[], processes: number): object =>
  JSON.parse(JSON.stringify(withFindings(mergeReports(profiles), processes)));

async function summarized(args: readonly string[], options: Parameters<typeof runCli>[1] = {}) {
  const { exitCode, stdout, lines } = await runCli(['summarize', '--format', 'json', ...args], options);
  return { exitCode, lines, json: stdout === '' ? undefined : JSON.parse(stdout) };
}

describe('stageprof summarize', () => {
  test('makes of the records of map what mergeReports makes of their profiles, with their number', async () => {
    const cwd = temporaryFolder();
    await runCli(['map', '--profile', fixture('outcomes.mjs'), 'a', 'b', 'c', 'error', 'a/a'], { cwd });
    const files = readdirSync(join(cwd, 'results'))
      .filter((name) => name.endsWith('.jsonl'))
      .sort();
    const profiles = profilesOf(files.map((name) => readFileSync(join(cwd, 'results', name), 'utf8')));
    const { exitCode, json } = await summarized(['results'], { cwd });
    expect(exitCode).toBe(0);
    expect(json).toEqual({
      ...asWritten(profiles, 1),
      records: 5,
      failed: 1,
      failed_by_kind: { exception: 1 },
      growth_per_input: expect.objectContaining({ inputs: 5, processes: 1, goes_on: false }),
    });
  });

  test('is the same to the last digit however many threads take part', async () => {
    const cwd = temporaryFolder();
    const lines = manyLines(5000);
    writeFileSync(join(cwd, 'many.jsonl'), lines.join(''));
    const expected = { ...asWritten(profilesOf(lines), 3), records: 5000 };
    for (const jobs of ['1', '2', '5']) {
      const { exitCode, json, lines: said } = await summarized(['many.jsonl', '--jobs', jobs], { cwd });
      expect({ exitCode, said }).toEqual({ exitCode: 0, said: [] });
      expect(json).toEqual(expected);
    }
  });

  test('names lines that are no records by file and number, wherever the file is split', async () => {
    const cwd = temporaryFolder();
    const lines = manyLines(5000);
    lines[7] = 'no record\n';
    lines[4990] = '{"input":"torn\n';
    writeFileSync(join(cwd, 'many.jsonl'), lines.join(''));
    const strict = await summarized(['many.jsonl', '--jobs', '4', '--details'], { cwd });
    expect(strict.exitCode).toBe(1);
    expect(strict.json).toMatchObject({ records: 4998, malformed: 2 });
    expect(strict.lines).toEqual([
      'stageprof: many.jsonl:8: is not JSON',
      'stageprof: many.jsonl:4991: ends in the middle of a record: torn off, or still being written',
      'stageprof: 2 lines left out that are no records (--lenient to exit with 0 all the same)',
    ]);
    expect(await summarized(['many.jsonl', '--lenient'], { cwd })).toMatchObject({ exitCode: 0 });
  });

  test('takes files, folders, patterns, stdin and compressed files, each once', async () => {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, 'results'));
    writeFileSync(join(cwd, 'results', 'a.jsonl'), line('a', 1));
    writeFileSync(join(cwd, 'results', 'b.jsonl.gz'), Buffer.concat([gzipSync(line('b', 2)), gzipSync(line('c', 4))]));
    writeFileSync(join(cwd, 'results', 'notes.txt'), 'not to be read');
    writeFileSync(join(cwd, '[x].jsonl'), line('d', 8));
    writeFileSync(join(cwd, 'compressed'), gzipSync(line('e', 16)));
    const args = ['results', 'results/*.jsonl', '[x].jsonl', 'compressed', '-', './results/a.jsonl'];
    const { exitCode, json, lines } = await summarized(args, { cwd, stdin: line('f', 32) });
    expect({ exitCode, lines }).toEqual({ exitCode: 0, lines: ['stageprof: 2 files given more than once, read once'] });
    expect(json).toMatchObject({ records: 6, total_wall_s: 63 });
  });

  test.runIf(hasZstd)('takes what zstd has compressed, by file and by stdin', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'a.jsonl'), line('a', 1) + line('b', 2));
    execFileSync('zstd', ['-q', 'a.jsonl'], { cwd });
    const compressed = readFileSync(join(cwd, 'a.jsonl.zst'));
    writeFileSync(join(cwd, 'two.zst'), Buffer.concat([compressed, compressed]));
    const { exitCode, json } = await summarized(['two.zst'], { cwd });
    expect({ exitCode, records: json.records, wall: json.total_wall_s }).toEqual({ exitCode: 0, records: 4, wall: 6 });
    writeFileSync(join(cwd, 'cut.zst'), compressed.subarray(0, compressed.length - 20));
    const cut = await summarized(['cut.zst'], { cwd });
    expect(cut.exitCode).toBe(1);
    expect(cut.lines[0]).toMatch(/^stageprof: cut\.zst: cannot be read, /);
  });

  test('takes what a compressed file has, and says what follows it', async () => {
    const cwd = temporaryFolder();
    const packed = gzipSync(line('a', 1) + line('b', 2));
    writeFileSync(join(cwd, 'padded.jsonl.gz'), Buffer.concat([packed, Buffer.alloc(512)]));
    expect(await summarized(['padded.jsonl.gz'], { cwd })).toMatchObject({
      exitCode: 0,
      lines: [],
      json: { records: 2, total_wall_s: 3 },
    });
    writeFileSync(join(cwd, 'more.jsonl.gz'), Buffer.concat([packed, Buffer.from(line('c', 4))]));
    const more = await summarized(['more.jsonl.gz'], { cwd });
    expect(more).toMatchObject({ exitCode: 1, json: { records: 2, total_wall_s: 3 } });
    expect(more.lines).toEqual([
      expect.stringMatching(
        /^stageprof: more\.jsonl\.gz:3: [\d,]+ bytes ignored after the end of the compressed data$/,
      ),
      expect.stringMatching(/^stageprof: 1 line left out that is no record /),
    ]);
    expect(await summarized(['more.jsonl.gz', '--lenient'], { cwd })).toMatchObject({ exitCode: 0 });
  });

  test('reads a pipe', () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'a.jsonl'), line('a', 1));
    const main = new URL('../../dist/cli/main.js', import.meta.url).pathname;
    const script = `cat a.jsonl | '${process.execPath}' '${main}' summarize --format csv <(cat a.jsonl) -`;
    expect(execFileSync('bash', ['-c', script], { cwd, encoding: 'utf8' })).toMatch(/^scan,2,/m);
  });

  test('goes on after a file that cannot be read to its end, and exits with 1', async () => {
    const cwd = temporaryFolder();
    const packed = gzipSync(manyLines(300).join(''));
    writeFileSync(join(cwd, 'cut.gz'), packed.subarray(0, packed.length / 2));
    writeFileSync(join(cwd, 'b.jsonl'), line('b', 2));
    const { exitCode, json, lines } = await summarized(['cut.gz', 'b.jsonl'], { cwd });
    expect(exitCode).toBe(1);
    expect(json.stages.map(({ stage }: { stage: string }) => stage)).toContain('scan');
    expect(lines).toEqual([
      expect.stringMatching(/^stageprof: cut\.gz: cannot be read, unexpected end of file; \d+ lines before/),
    ]);
  });

  test('adds the partial profiles of failed inputs, and counts the failures by kind', async () => {
    const cwd = temporaryFolder();
    const failedLine = (input: string, seconds: number, kind: unknown) => {
      const stages = [row('scan', { calls: 0, open: 1, wall_s: seconds })];
      const profile = report({ total_wall_s: seconds, outside_wall_s: 0, partial: true, stages });
      return `${JSON.stringify({ input, error: { kind, message: 'no' }, profile })}\n`;
    };
    const failures = [failedLine('b', 2, 'timeout'), failedLine('c', 4, 'signal'), failedLine('d', 8, 'timeout')];
    writeFileSync(join(cwd, 'r.jsonl'), line('a', 1) + failures.join(''));
    const { exitCode, json, lines } = await summarized(['r.jsonl'], { cwd });
    expect({ exitCode, lines }).toEqual({ exitCode: 0, lines: [] });
    expect(json).toMatchObject({ records: 4, failed: 3, failed_by_kind: { timeout: 2, signal: 1 }, partial: true });
    expect(json.stages).toMatchObject([{ stage: 'scan', calls: 1, open: 3, wall_s: 15 }]);
    const { stdout } = await runCli(['summarize', 'r.jsonl'], { cwd, env: { COLUMNS: '40' } });
    expect(stdout).toMatch(/\nfailed inputs by kind: 2 timeout, 1\nsignal\n$/);
  });

  test('says how many inputs have more than one good record, whichever threads read them', async () => {
    const cwd = temporaryFolder();
    const once = manyLines(5000);
    writeFileSync(join(cwd, 'many.jsonl'), once.join('') + once.slice(10, 13).join(''));
    // A second run leaves a failed record beside a good one.
    writeFileSync(join(cwd, 'more.jsonl'), `${once[11]}${line('scan 20', 1, { error: { kind: 'timeout' } })}`);
    for (const jobs of ['1', '4']) {
      const { exitCode, json, lines } = await summarized(['many.jsonl', 'more.jsonl', '--jobs', jobs], { cwd });
      expect(exitCode).toBe(0);
      expect(json).toMatchObject({ records: 5005, repeated_inputs: 3 });
      expect(lines).toEqual([
        'stageprof: 3 inputs have more than one good record, and all of them are in the sums: was it run twice?',
      ]);
    }
  });

  test('says that there was no record', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'empty.jsonl'), '\n');
    const { exitCode, json, lines } = await summarized(['empty.jsonl'], { cwd });
    expect({ exitCode, lines }).toEqual({ exitCode: 1, lines: [`stageprof: empty.jsonl ${HOLDS_NONE}`] });
    expect(json).toMatchObject({ records: 0 });
  });

  test.each([
    ['package.json', '{\n "name": "a"\n}\n', 'is an object without input, profile or error: not a record', 1],
    ['notes.md', '# Notes\n\none\ntwo\n', 'is not JSON', 3],
    ['data', Buffer.from([0, 1, 2, 3, 10, 255, 254, 10]), 'is not JSON', 2],
    ['list.json', '[1, 2]\n', 'is JSON, but not an object: not a record', 1],
  ])('says that %s is no file of records, and shows no table of zeros', async (name, text, why, lineCount) => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, name), text);
    const { exitCode, stdout, lines } = await runCli(['summarize', name], { cwd });
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    const leftOut =
      lineCount === 1
        ? '1 line left out that is no record'
        : `${lineCount} lines left out that are no records, the first`;
    expect(lines).toEqual([
      `stageprof: ${name}:1: ${why}`,
      expect.stringMatching(new RegExp(`^stageprof: ${leftOut}`)),
      `stageprof: ${name} ${HOLDS_NONE}`,
    ]);
  });

  test('shows no table of zeros of records without a profile', async () => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'a.jsonl'), '{"input":"a"}\n{"input":"b","error":{"kind":"timeout"}}\n');
    const { exitCode, stdout, lines } = await runCli(['summarize', 'a.jsonl'], { cwd });
    expect({ exitCode, lines }).toEqual({
      exitCode: 0,
      lines: ['stageprof: no record has a profile: "stageprof map --profile" measures'],
    });
    expect(stdout).toBe('2 records in 1 file, 1 failed, 2 without profile\n\nfailed inputs by kind: 1 timeout\n');
  });
});

const HOLDS_NONE = 'holds no record: "stageprof map --profile" and "run --out" write files that can be summarised';

const STAGED = fixture('staged.mjs');

describe('a report by itself', () => {
  const report = { ...pipelineReport(), pid: 7 };
  const texts = [
    ['on one line', `${JSON.stringify(report)}\n`],
    ['over several lines', JSON.stringify(report, null, 2)],
    ['without a stage', JSON.stringify({ ...report, stages: [] }, null, '\t')],
  ] as const;

  test.each(texts)('%s is one record', async (_, text) => {
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'report.json'), text);
    const { exitCode, json, lines } = await summarized(['report.json'], { cwd });
    expect({ exitCode, lines }).toEqual({ exitCode: 0, lines: [] });
    expect(json).toEqual({ ...asWritten([JSON.parse(text)], 1), records: 1 });
    expect((await summarized(['-'], { cwd, stdin: text })).json).toEqual(json);
  });

  test('with findings is read without them: those of the sum are told, with the numbers of the sum', async () => {
    const wasted = (input: string, wall_s: number) => {
      const stages = [row('wait', { calls: 1, wall_s, wall_self_s: wall_s, cpu_self_s: 0 })];
      const times = { total_wall_s: wall_s, outside_wall_s: 0, stages_wall_s: wall_s };
      return withFindings({ ...pipelineReport(), ...times, program: null, stages, pid: input.length });
    };
    const reports = [wasted('a', 10), wasted('bb', 20), wasted('ccc', 30)];
    expect(reports[0]!.findings).toMatchObject([{ kind: 'waiting', numbers: { wall_self_s: 10 } }]);
    const stdin = reports.map((one) => `${JSON.stringify(one)}\n`).join('');
    const { exitCode, json, lines } = await summarized(['-'], { stdin });
    expect({ exitCode, lines, records: json.records }).toEqual({ exitCode: 0, lines: [], records: 3 });
    expect(json.findings).toMatchObject([{ stage: 'wait', kind: 'waiting', numbers: { wall_self_s: 60 } }]);
    const { stdout: csv } = await runCli(['summarize', '--format', 'csv', '-'], { stdin });
    const [fields, values] = csv.split('\r\n').map((text) => text.split(','));
    expect(values![fields!.indexOf('findings')]).toBe('waiting');
  });

  test('that --format json has made can be read again', async () => {
    const cwd = temporaryFolder();
    const stdin = line('a', 1) + line('b', 2);
    const { stdout: total } = await runCli(['summarize', '--format', 'json', '-'], { stdin });
    writeFileSync(join(cwd, 'total.json'), total);
    const { exitCode, json } = await summarized(['total.json'], { cwd });
    expect({ exitCode, json }).toEqual({ exitCode: 0, json: { ...JSON.parse(total), records: 1 } });
  });

  test('that run has saved is shown as its table, without the inputs that it does not have', async () => {
    const cwd = temporaryFolder();
    const { exitCode } = await runCli(['run', '--out', 'report.json', process.execPath, STAGED], { cwd });
    expect(exitCode).toBe(0);
    const { stdout } = await runCli(['summarize', 'report.json'], { cwd });
    expect(stdout).toMatch(/^1 record in 1 file\n\nstage +calls +wall/);
    expect(stdout).toMatch(/^memory +\S+ MiB = /m);
    expect(stdout).not.toMatch(/worst inputs|no input/);
    const { stdout: markdown } = await runCli(['summarize', '--format', 'markdown', 'report.json'], { cwd });
    expect(markdown).not.toMatch(/worst by|no input/);
  });

  test('of another version is named, with the expected version', async () => {
    const { exitCode, lines } = await summarized(['-'], { stdin: '{"schema":"stageprof/99","stages":[]}' });
    expect(exitCode).toBe(1);
    expect(lines[0]).toMatch(/^stageprof: stdin:1: its profile cannot be taken: .*stageprof\/1.*stageprof\/99/);
  });
});

describe('the formats', () => {
  const HOSTILE = 'a\u001b[31m,"=x|y';
  const corpus = () => {
    const cwd = temporaryFolder();
    const failed = line('c', 1, { error: { kind: 'x\u001b[31m|y' } });
    writeFileSync(join(cwd, 'r.jsonl'), `${line(HOSTILE, 4)}${line('b', 2)}${failed}{"input":"d"}\n`);
    return cwd;
  };
  const shown = async (...args: string[]) =>
    (await runCli(['summarize', 'r.jsonl', ...args], { cwd: corpus() })).stdout;

  test('table: the rows, the worst inputs and where they are, without terminal escapes', async () => {
    const text = await shown();
    expect(text.split('\n', 1)).toEqual(['4 records in 1 file, 1 failed, 1 without profile']);
    expect(text).toMatch(/^scan +3 +7\.00 s/m);
    expect(text).toContain('scan             wall        4.00 s  a\\x1b[31m,"=x|y  r.jsonl:1');
    expect(text).toMatch(/\nfailed inputs by kind: 1 x\\x1b\[31m\|y\n$/);
    expect(text).not.toContain('\u001b');
  });

  test('table by a member: a plain list, the longest first', async () => {
    const text = await shown('--by', 'input');
    expect(text).toMatch(/^input +calls/m);
    const labels = text.split('\n').flatMap((one) => /^(a\\x1b\S+|b|c|d|total) {2,}/.exec(one)?.[1] ?? []);
    expect(labels.slice(0, 5)).toEqual(['a\\x1b[31m,"=x|y', 'b', 'c', 'd', 'total']);
    expect(text).not.toContain('outside');
  });

  test('says that no record has the member of --by, which may be a typing error', async () => {
    const by = async (member: string) => await runCli(['summarize', 'r.jsonl', '--by', member], { cwd: corpus() });
    expect((await by('settings.model')).lines).toEqual([
      'stageprof: --by settings.model: no record has such a member, (none) is all of them',
    ]);
    expect((await by('error.kind')).lines).toEqual([]);
  });

  test('json by a member, with details', async () => {
    const json = JSON.parse(await shown('--format', 'json', '--by', 'input', '--details', '--top', '1'));
    expect(json).toMatchObject({ records: 4, failed: 1, unprofiled: 1, by: 'input' });
    expect(json.groups).toMatchObject([{ group: HOSTILE, calls: 1, wall_s: 4, errors: 0 }]);
    expect(json.details).toMatchObject([
      {
        group: HOSTILE,
        calls: 1,
        wall_p50_s: expect.any(Number),
        worst: { wall_s: { value: 4, file: 'r.jsonl', line: 1 } },
      },
    ]);
    expect(json.stages).toHaveLength(1);
  });

  test('csv: the fields, and the worst inputs', async () => {
    const [head, scan] = (await shown('--format', 'csv')).split('\r\n');
    expect(head).toMatch(/^stage,calls,.*wall_p99_s.*,worst_wall_input,worst_wall_s,worst_wall_file,worst_wall_line,/);
    expect(scan).toMatch(/^scan,3,/);
    expect(scan).toContain(',"a\\x1b[31m,""=x|y",4,r.jsonl,1,"a');
  });

  test('markdown: one table of rows and one of the worst', async () => {
    const text = await shown('--format', 'markdown');
    expect(text).toMatch(/^\| scan \| 3 \| 7\.00 s/m);
    expect(text).toContain('| scan | wall | 4.00 s | a\\\\x1b\\[31m,"=x\\|y | r.jsonl:1 |');
    expect(text).toContain('failed inputs by kind: 1 x\\\\x1b\\[31m\\|y\n');
  });

  test('caliper: one profile of all records, as Hatchet reads it', async () => {
    const { frame, metadata } = readAsHatchet(await shown('--format', 'caliper'));
    expect(frame.get('scan')).toMatchObject({ calls: 3, 'time (inc)': 7, 'rss_kb_peak_max (inc)': 2048 });
    expect(metadata).toMatchObject({ records: 4, failed: 1, unprofiled: 1, total_wall_s: 7 });
  });
});

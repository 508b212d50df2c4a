import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { writePprof } from '../../src/stacks/pprof-writer.js';
import { report, row } from '../support/report-fixture.js';
import { runCli } from '../support/run-cli.js';
import { jsFrame, sampledProfile } from '../support/stack-profile.js';
import { temporaryFolder } from '../support/temporary-folder.js';

interface RecordOptions {
  readonly pid?: number;
  readonly peak?: number;
  readonly members?: object;
}

/** A record whose stage `scan` took the given seconds, a tenth of them in `scan.read`. */
function line(input: string, seconds: number, { pid = 1, peak = 2048, members = {} }: RecordOptions = {}): string {
  const values = { calls: 1, rss_kb_peak_max: peak, wall_hist: [[200, 1]] as const };
  const stages = [
    row('scan', { ...values, wall_s: seconds, wall_max_s: seconds }),
    row('scan.read', { ...values, wall_s: seconds / 10, wall_max_s: seconds / 10 }),
  ];
  return `${JSON.stringify({ input, ...members, profile: report({ pid, stages }) })}\n`;
}

const NAMES = Array.from({ length: 40 }, (_, index) => `scan-${index}.tif`);

/** Costs that differ from input to input. With a `factor` of 1.2 they are a fifth higher, give or take 2 %. */
const linesOf = (factor: number, names: readonly string[] = NAMES, options: RecordOptions = {}): string[] =>
  names.map((name, index) => line(name, (1 + (index % 7)) * factor * (1 + 0.02 * Math.sin(index * factor)), options));

function folderWith(files: Readonly<Record<string, string | Buffer>>): string {
  const cwd = temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(cwd, name, '..'), { recursive: true });
    writeFileSync(join(cwd, name), content);
  }
  return cwd;
}

const baseAndNew = (factor = 1.2) =>
  folderWith({ 'base.jsonl': linesOf(1).join(''), 'new.jsonl': linesOf(factor).join('') });

async function compared(cwd: string, ...args: string[]) {
  const { exitCode, stdout, lines } = await runCli(['compare', '--format', 'json', ...args], { cwd });
  return { exitCode, lines, json: stdout === '' ? undefined : JSON.parse(stdout) };
}

interface Row {
  readonly stage: string;
  readonly metric: string;
}

const rowOf = (json: { comparisons: Row[] }, stage: string, metric = 'wall_s') =>
  json.comparisons.find((one) => one.stage === stage && one.metric === metric);

describe('stageprof compare', () => {
  test('shows what changed, and the least and most that it changed by', async () => {
    const { exitCode, lines, json } = await compared(baseAndNew(), 'base.jsonl', 'new.jsonl');
    expect({ exitCode, lines }).toEqual({ exitCode: 0, lines: [] });
    expect(json.inputs).toEqual({ both: 40, only_base: 0, only_new: 0 });
    const { base, new: next, relative, verdict } = rowOf(json, 'scan') as never as Record<string, never>;
    expect(next / base - 1).toBeCloseTo((relative as { value: number }).value, 9);
    expect(relative).toMatchObject({ value: expect.closeTo(0.2, 1) });
    expect((relative as { low: number }).low).toBeGreaterThan(0.18);
    expect((relative as { high: number }).high).toBeLessThan(0.22);
    expect(verdict).toBe('up');
  });

  test('takes folders, patterns and compressed files, and is the same however the records are spread', async () => {
    const [before, after] = [linesOf(1), linesOf(1.2)];
    const cwd = folderWith({
      'base.jsonl': before.join(''),
      'new.jsonl': after.join(''),
      'before/a.jsonl': before.slice(20).join(''),
      'before/b.jsonl.gz': gzipSync(before.slice(0, 20).join('')),
      ...Object.fromEntries(after.map((text, index) => [`after/${index}.jsonl`, text])),
    });
    const whole = await compared(cwd, 'base.jsonl', 'new.jsonl');
    const spread = await compared(cwd, 'before', 'after/*.jsonl');
    expect(spread.json.base.files).toBe(2);
    expect(spread.json.new.files).toBe(40);
    for (const [index, one] of whole.json.comparisons.entries()) {
      const other = spread.json.comparisons[index];
      expect(other).toMatchObject({ stage: one.stage, metric: one.metric, verdict: one.verdict });
      if (one.relative?.low != null) expect(other.relative.low).toBeCloseTo(one.relative.low, 9);
    }
  });

  test('a change of the corpus is no change of the cost', async () => {
    const cwd = folderWith({
      // Two inputs of base failed, and one was run three times.
      'base.jsonl': [
        ...linesOf(1).slice(2),
        line('scan-0.tif', 900, { members: { error: { kind: 'exception' } } }),
        line('scan-1.tif', 900, { members: { error: { kind: 'exception' } } }),
        ...linesOf(1).slice(7, 8),
        ...linesOf(1).slice(7, 8),
      ].join(''),
      'new.jsonl': [...linesOf(1), line('large.tif', 5000), line('larger.tif', 9000)].join(''),
    });
    const { json } = await compared(cwd, 'base.jsonl', 'new.jsonl');
    expect(json.inputs).toEqual({ both: 38, only_base: 0, only_new: 4 });
    expect(json.base).toMatchObject({ records: 42, failed: 2 });
    const { base, new: next, relative } = rowOf(json, 'scan') as never as Record<string, never>;
    expect(next).toBeCloseTo(base, 9);
    expect(relative).toMatchObject({ value: 0, probability: 1 });
  });

  test('is the same however many threads take part', async () => {
    const names = Array.from({ length: 24_000 }, (_, index) => `page ${index}`);
    const cwd = folderWith({
      'base.jsonl': linesOf(1, names).join(''),
      'new.jsonl': linesOf(1.01, names.slice(100)).join(''),
    });
    const [one, three] = [
      await compared(cwd, 'base.jsonl', 'new.jsonl', '--jobs', '1'),
      await compared(cwd, 'base.jsonl', 'new.jsonl', '--jobs', '3'),
    ];
    expect(one.json.inputs).toEqual({ both: 23_900, only_base: 100, only_new: 0 });
    expect(three.json).toEqual(one.json);
  });

  test('names lines that are no records, and exits with 1 unless it is lenient', async () => {
    const cwd = folderWith({
      'base.jsonl': `${linesOf(1).join('')}no record\n`,
      'new.jsonl': linesOf(1).slice(1).join(''),
    });
    const strict = await compared(cwd, 'base.jsonl', 'new.jsonl');
    expect(strict).toMatchObject({
      exitCode: 1,
      lines: [
        'stageprof: base.jsonl:41: is not JSON',
        'stageprof: 1 line left out that is no record (--lenient to exit with 0 all the same)',
      ],
    });
    expect(await compared(cwd, 'base.jsonl', 'new.jsonl', '--lenient')).toMatchObject({ exitCode: 0 });
  });

  test('compares records without inputs as runs', async () => {
    const [before, after] = [1, 2].map((factor) => linesOf(factor).join('').replaceAll('"input"', '"page"'));
    const cwd = folderWith({ 'base.jsonl': before!, 'new.jsonl': after! });
    const { exitCode, json } = await compared(cwd, 'base.jsonl', 'new.jsonl');
    expect({ exitCode, inputs: json.inputs }).toEqual({ exitCode: 0, inputs: null });
    expect(rowOf(json, 'scan')).toMatchObject({
      statistic: 'mean',
      verdict: 'up',
      relative: { value: expect.closeTo(1, 1) },
    });
  });

  test('compares records with other inputs, or with none on one side, only with --unmatched', async () => {
    const [before, after] = [1, 2].map((factor) => linesOf(factor).join(''));
    const cwd = folderWith({ 'base.jsonl': before!, 'new.jsonl': after!.replaceAll('"input"', '"page"') });
    const refused = await compared(cwd, 'base.jsonl', 'new.jsonl');
    expect(refused.exitCode).toBe(2);
    expect(refused.lines.at(-1)).toMatch(/have no input in common, 40 records without a member "input": .*--unmatched/);
    const { exitCode, json } = await compared(cwd, 'base.jsonl', 'new.jsonl', '--unmatched');
    expect({ exitCode, inputs: json.inputs }).toEqual({ exitCode: 0, inputs: null });
    expect(rowOf(json, 'scan')).toMatchObject({ statistic: 'mean', verdict: 'up' });
  });

  test('takes reports, which have no interval', async () => {
    const cwd = baseAndNew();
    for (const side of ['base', 'new']) {
      const { stdout } = await runCli(['summarize', '--format', 'json', `${side}.jsonl`], { cwd });
      writeFileSync(join(cwd, `${side}.json`), stdout);
      writeFileSync(join(cwd, `${side}-line.json`), JSON.stringify(JSON.parse(stdout)));
    }
    const reports = await compared(cwd, 'base.json', 'new-line.json', '--fail-on', 'scan:wall_s>10%');
    expect(reports.exitCode).toBe(1);
    expect(reports.lines).toEqual([
      expect.stringMatching(/scan: wall_s total .* \(without an interval: a report does not tell how much runs differ/),
    ]);
    expect(rowOf(reports.json, 'scan')).toMatchObject({ statistic: 'total', relative: { low: null } });
    const mixed = await compared(cwd, 'base.json', 'new.jsonl');
    expect(mixed.json.base).toEqual({ name: 'base.json', report: true, records: 40, load_per_cpu: null });
    expect(rowOf(mixed.json, 'scan')).toMatchObject({
      new: expect.closeTo((rowOf(reports.json, 'scan') as never as { new: number }).new, 9),
    });
  });

  test('takes reports of repeated runs as records, with an interval for the difference between runs', async () => {
    const ofRun = (side: string, run: number, seconds: number) => [
      `${side}-${run}.json`,
      JSON.stringify(
        report({ pid: run, stages: [row('scan', { calls: 1, wall_s: seconds, rss_kb_peak_max: 2000 + run })] }),
      ),
    ];
    const runs = [1, 2, 3, 4, 5, 6];
    const cwd = folderWith(
      Object.fromEntries(
        runs.flatMap((run) => [ofRun('base', run, 10 + 0.1 * run), ofRun('new', run + 6, 12 - 0.1 * run)]),
      ),
    );
    const { exitCode, lines, json } = await compared(cwd, 'base-*.json', 'new-*.json', '--unmatched');
    expect({ exitCode, lines }).toEqual({ exitCode: 0, lines: [] });
    expect(rowOf(json, 'scan')).toMatchObject({ statistic: 'mean', base: expect.closeTo(10.35, 9), verdict: 'up' });
    expect(rowOf(json, 'scan', 'rss_kb_peak_max')).toMatchObject({ why_no_interval: null });
  });

  test('peaks have an interval where every input had a process of its own', async () => {
    const peaks = (factor: number, pidOf: (index: number) => number) =>
      NAMES.map((name, index) =>
        line(name, 1, { pid: pidOf(index), peak: Math.round((2000 + 40 * index) * factor) }),
      ).join('');
    const cwd = folderWith({
      'base.jsonl': peaks(1, (index) => 100 + index),
      'new.jsonl': peaks(1.1, (index) => 300 + index),
      'one.jsonl': peaks(1.1, () => 7),
    });
    const own = await compared(cwd, 'base.jsonl', 'new.jsonl');
    expect(rowOf(own.json, 'scan', 'rss_kb_peak_max')).toMatchObject({ verdict: 'up' });
    const shared = await compared(cwd, 'base.jsonl', 'one.jsonl');
    expect(rowOf(shared.json, 'scan', 'rss_kb_peak_max')).toMatchObject({
      verdict: null,
      why_no_interval: 'a level of 40 processes in base and 1 in new, where 5 each are needed',
    });
  });
});

describe('--fail-on', () => {
  test('exits with 1 and names each change over a threshold in one line', async () => {
    const args = ['--fail-on', 'wall_s>10%', '--fail-on', 'scan.*:wall_s>100s', '--fail-on', 'scan:wall_s>1s'];
    const { exitCode, lines, json } = await compared(baseAndNew(), 'base.jsonl', 'new.jsonl', ...args);
    expect(exitCode).toBe(1);
    expect(lines).toEqual([
      expect.stringMatching(
        /^stageprof: --fail-on wall_s>10%: scan: wall_s total .* to .*, \+\d+\.\d% \(95% interval .* to .*, significant among 2\)$/,
      ),
      expect.stringMatching(/^stageprof: --fail-on wall_s>10%: scan\.read: /),
      expect.stringMatching(/^stageprof: --fail-on scan:wall_s>1s: scan: .*, \+\d+\.\d s \(/),
    ]);
    expect(json.violations).toHaveLength(3);
  });

  test('exits with 0 where no change is over a threshold, or none of those is significant', async () => {
    expect(await compared(baseAndNew(), 'base.jsonl', 'new.jsonl', '--fail-on', 'wall_s>30%')).toMatchObject({
      exitCode: 0,
      lines: [],
    });
    const names = NAMES.slice(0, 6);
    const cwd = folderWith({
      'base.jsonl': names.map((name) => line(name, 10)).join(''),
      'new.jsonl': names.map((name, index) => line(name, index === 0 ? 40 : 9.9)).join(''),
    });
    const { exitCode, json } = await compared(cwd, 'base.jsonl', 'new.jsonl', '--fail-on', 'wall_s>30%');
    expect(rowOf(json, 'scan')).toMatchObject({ relative: { value: expect.closeTo(0.49, 2) }, verdict: 'unclear' });
    expect(exitCode).toBe(0);
  });

  test.each([
    ['scna:wall_s>10%', /no label of both sides is scna, there are scan, scan\.read$/],
    ['cpu_s>10%', /cpu_s was measured on neither side$/],
  ])('%s covers nothing, and does not pass for it', async (expression, reason) => {
    const { exitCode, lines, json } = await compared(baseAndNew(1), 'base.jsonl', 'new.jsonl', '--fail-on', expression);
    expect({ exitCode, json, lines: lines.length }).toEqual({ exitCode: 2, json: undefined, lines: 1 });
    expect(lines[0]).toMatch(reason);
  });
});

describe('the formats', () => {
  const HOSTILE = 'a\u001b[31m';
  const shown = async (...args: string[]) => {
    const records = (factor: number) =>
      linesOf(factor).join('').replaceAll('scan.read', JSON.stringify(HOSTILE).slice(1, -1));
    const cwd = folderWith({ 'base.jsonl': records(1), 'new.jsonl': records(1.2) });
    return (await runCli(['compare', 'base.jsonl', 'new.jsonl', ...args], { cwd })).stdout;
  };

  test('table: without terminal escapes, and with the metrics that are there', async () => {
    const text = await shown('--metric', 'wall_s,gc_s');
    expect(text).toMatch(/^40 inputs in both are compared, there are no others$/m);
    expect(text).toMatch(/^scan +\d.* up +40$/m);
    expect(text).toMatch(/^left out +gc_s: measured on neither side$/m);
    expect(text).not.toContain('rss');
    expect(text).not.toContain('\u001b');
  });

  test('csv, markdown, --sort and --top', async () => {
    const csv = (await shown('--format', 'csv', '--metric', 'all', '--sort', 'stage', '--top', '1')).split('\r\n');
    expect(csv[0]).toMatch(/^stage,metric,unit,statistic,state,base,new,difference,/);
    expect(csv.slice(1, -1).every((text) => text.startsWith('a\\x1b[31m'))).toBe(true);
    expect(csv.length).toBeGreaterThan(5);
    expect(await shown('--format', 'markdown')).toMatch(/^\| scan \| .* \| up \| 40 \|$/m);
  });
});

describe('stacks that lie beside both sides', () => {
  const stacks = (samples: number) =>
    writePprof(
      sampledProfile([
        ['scan', [jsFrame('read', 10)], samples],
        ['scan', [jsFrame('hash', 20)], 300],
      ]),
    );

  test('of reports are compared', async () => {
    const cwd = folderWith({
      'a.json': JSON.stringify(report()),
      'a.stacks.pb.gz': await stacks(100),
      'b.json': JSON.stringify(report()),
      'b.stacks.pb.gz': await stacks(400),
    });
    const { stdout, exitCode } = await runCli(['compare', 'a.json', 'b.json', '--full'], { cwd });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^cpu up +scan {2}\+3\.00 s ± \d+ ms from 1\.00 s {2}read parse\.js:10$/m);
    expect(stdout).toMatch(
      /^stacks +1 of 2 functions changed by more than sampling explains, with 95% for all together/m,
    );
    const { stdout: json } = await runCli(['compare', 'a.json', 'b.json', '--format', 'json'], { cwd });
    expect(JSON.parse(json).stacks).toMatchObject({ compared: 2, changed: [{ stage: 'scan', base_s: 1, new_s: 4 }] });
  });

  test('of shards are compared, and a file that is damaged is told', async () => {
    const cwd = folderWith({
      'a/one.jsonl': linesOf(1).join(''),
      'a/task-0.stacks.pb.gz': await stacks(60),
      'a/task-1.stacks.pb.gz': await stacks(60),
      'b/one.jsonl': linesOf(1).join(''),
      'b/task-0.stacks.pb.gz': await stacks(400),
    });
    const compared = await runCli(['compare', 'a', 'b', '--full'], { cwd });
    expect(compared.stdout).toMatch(/^cpu up +scan .* from 1\.20 s {2}read/m);
    writeFileSync(join(cwd, 'b/task-0.stacks.pb.gz'), 'no');
    const damaged = await runCli(['compare', 'a', 'b', '--full'], { cwd });
    expect(damaged.exitCode).toBe(0);
    expect(damaged.stderr).toMatch(/task-0\.stacks\.pb\.gz: Not a stack profile.*: stacks are not compared/);
    expect(damaged.stdout).not.toContain('cpu up');
  });
});

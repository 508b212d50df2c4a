import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import flows from '../../examples/flows/flows.js';
import type { Report } from '../../src/model/report.js';
import { StageProfiler } from '../../src/profiler/stage-profiler.js';
import { packageDirectory } from '../support/installed.js';
import { report, row } from '../support/report-fixture.js';
import { MAIN } from '../support/run-cli.js';

type Cell = string | number | null;
type Row = Readonly<Record<string, Cell>>;

// Debian's python3 has Debian's pandas; another python3 may come first on the path.
const python = ['/usr/bin/python3', 'python3'].find(
  (candidate) => spawnSync(candidate, ['-c', 'import pandas'], { stdio: 'ignore' }).status === 0,
);
if (python === undefined) console.warn('skipped: the pandas half of docs/analysis.md needs python3 with pandas');

const text = readFileSync(join(import.meta.dirname, '../../docs/analysis.md'), 'utf8');
const recipes = text
  .split(/^## /m)
  .slice(1)
  .map((section) => ({
    heading: section.split('\n', 1)[0]!,
    python: /```python\n(.*?)```/s.exec(section)?.[1],
    sql: /```sql\n(.*?)```/s.exec(section)?.[1],
  }));
const [tables, ...questions] = recipes.filter(({ sql }) => sql !== undefined);

const INPUTS = 40;
/** Every number from 1 to 40 once, in a mixed order. */
const mibOf = (index: number) => 1 + ((index * 11) % INPUTS);
const wallOf = (index: number) => 0.45 + mibOf(index) * 0.05;
/** The folder of records that a real pipeline wrote, and how many files it found in its inputs. */
const REAL = 'real';
let filesFound = 0;

let folder: string;
let summary: Report & { failed_by_kind: Record<string, number> };

/** Inputs of different sizes in two tasks, the second of which leaks. Three were stopped, and one more threw at once. */
function recordOf(index: number, slower: number): object {
  const task = index % 2;
  const wall = wallOf(index) * slower;
  const isStopped = index === 5 || index === 12 || index === 17;
  const stages = [
    row('scan', {
      calls: 1,
      wall_s: wall,
      wall_self_s: wall / 4,
      rss_kb_peak_max: 5000 + index,
      wall_hist: [[200, 1]],
    }),
    row('scan.decode', {
      calls: isStopped ? 2 : 3,
      open: isStopped ? 1 : 0,
      wall_s: (wall * 3) / 4,
      wall_self_s: (wall * 3) / 4,
      rss_kb_delta: index,
      rss_kb_peak_max: index === 9 ? null : 5000 + ((index * 17) % 41),
      wall_hist: [[190, isStopped ? 2 : 3]],
    }),
  ];
  const profile = report({
    total_wall_s: wall + 0.1,
    outside_wall_s: 0.1,
    rss_kb_now: 90_000 + (task === 1 ? 64 * index : 0),
    pid: 100 + task,
    slurm: { job: '7', array_job: '5', array_task: String(1 + task) },
    ...(isStopped ? { partial: true } : {}),
    stages,
  });
  const kind = isStopped ? (index === 17 ? 'signal' : 'timeout') : undefined;
  return {
    input: `/data/scan-${index}.tif`,
    ...(kind === undefined ? { bytes: mibOf(index) * 2 ** 20 } : { error: { kind, message: 'stopped' } }),
    profile,
  };
}

/** Writes one file an input, as `map` does, with times one second apart that are not in the order of the names. */
function writeRecords(name: string, slower: number): void {
  mkdirSync(join(folder, name));
  const records = Array.from({ length: INPUTS }, (_, index) => recordOf(index, slower));
  records.push({ input: '/data/none.tif', error: { kind: 'exception', message: 'no such file', stack: 'at' } });
  for (const [index, record] of records.entries()) {
    const path = join(folder, name, `scan-${(index * 7) % 41}.ocr.jsonl`);
    writeFileSync(path, `${JSON.stringify(record)}\n`);
    utimesSync(path, 1_700_000_000 + index, 1_700_000_000 + index);
  }
}

async function writeRealRecords(): Promise<void> {
  mkdirSync(join(folder, REAL, 'results'), { recursive: true });
  for (const name of ['pend', 'commander']) {
    const profiler = new StageProfiler();
    const record = await flows(packageDirectory(name), { profiler });
    profiler.close();
    filesFound += record.files;
    const line = JSON.stringify({ input: name, ...record, profile: profiler.report() });
    writeFileSync(join(folder, REAL, 'results', `${name}.flows.jsonl`), `${line}\n`);
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'analysis-'));
  writeRecords('results', 1);
  writeRecords('base', 0.5);
  await writeRealRecords();
  const args = [MAIN, 'summarize', 'results', '--format', 'json'];
  summary = JSON.parse(execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' }));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a recipe, and returns the table that its last line prints. */
function byPandas({ python: code }: { readonly python?: string | undefined }, cwd = folder): Row[] {
  const name = /print\((\w+)\.to_string\(\)\)\n$/.exec(code!)![1];
  const program = `${tables!.python}\n${code}\nprint('@@@' + ${name}.to_json(orient='records', double_precision=15))`;
  const printed = execFileSync(python!, ['-W', 'error', '-c', program], { cwd, encoding: 'utf8' });
  return JSON.parse(printed.slice(printed.indexOf('@@@') + 3));
}

async function byDuckDb({ sql }: { readonly sql?: string | undefined }, cwd = folder): Promise<Row[]> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const place = cwd.replaceAll("'", "''");
  // The recipe has paths from the folder in which its command line would be started.
  const here = (statement: string) => statement.replaceAll(/'(results|base)\//g, `'${place}/$1/`);
  await connection.run(here(tables!.sql!));
  const reader = await connection.runAndReadAll(here(sql!));
  const isNumber = (value: unknown) => typeof value === 'bigint' || typeof value === 'number';
  return reader
    .getRowObjects()
    .map((cells) =>
      Object.fromEntries(Object.entries(cells).map(([name, value]) => [name, isNumber(value) ? Number(value) : value])),
    ) as Row[];
}

const stageOf = (stage: string) => summary.stages.find((found) => found.stage === stage)!;
const near = (value: number | null) => expect.closeTo(value!, 9);
const walls = Array.from({ length: INPUTS }, (_, index) => wallOf(index)).sort((a, b) => a - b);

/** The expected table by the heading of the recipe. */
const EXPECTED: Readonly<Record<string, () => object[]>> = {
  'Total of each stage and its share': () =>
    ['scan.decode', 'scan'].map((stage) => {
      const { calls, wall_s, wall_self_s, rss_kb_peak_max } = stageOf(stage);
      const share = near(wall_self_s! / summary.total_wall_s);
      return { stage, calls, wall_s: near(wall_s), wall_self_s: near(wall_self_s), rss_kb_peak_max, share };
    }),
  'p95 of each stage over the records': () =>
    ['scan', 'scan.decode'].map((stage, index) => {
      const part = index === 0 ? 1 : 0.75;
      // Both interpolate between the 38th and the 39th of forty.
      const p95 = walls[37]! + 0.05 * (walls[38]! - walls[37]!);
      return {
        stage,
        inputs: INPUTS,
        median_s: near(((walls[19]! + walls[20]!) / 2) * part),
        p95_s: near(p95 * part),
        max_s: near(walls[39]! * part),
      };
    }),
  'The ten inputs with the highest peak of one stage': () => {
    const indexes = Array.from({ length: INPUTS }, (_, index) => index).filter((index) => index !== 9);
    const highest = indexes.sort((a, b) => ((b * 17) % 41) - ((a * 17) % 41)).slice(0, 10);
    return highest.map((index) => ({
      input: `/data/scan-${index}.tif`,
      rss_kb_peak_max: 5000 + ((index * 17) % 41),
      rss_kb_delta: index,
      wall_s: near(wallOf(index) * 0.75),
    }));
  },
  'Wall time against the size of the input': () => [
    { stage: 'scan', s_per_mib: near(0.05), fixed_s: near(0.45), explained: near(1) },
    { stage: 'scan.decode', s_per_mib: near(0.0375), fixed_s: near(0.3375), explained: near(1) },
  ],
  'Failed inputs by kind of error and by open stage': () => {
    const failed = [
      { kind: 'timeout', open: 'scan.decode', inputs: 2 },
      { kind: 'exception', open: null, inputs: 1 },
      { kind: 'signal', open: 'scan.decode', inputs: 1 },
    ];
    expect(Object.fromEntries(failed.map(({ kind, inputs }) => [kind, inputs]))).toEqual(summary.failed_by_kind);
    return failed;
  },
  'The records of one Slurm array task': () => {
    const ofTask = Array.from({ length: INPUTS }, (_, index) => index).filter((index) => index % 2 === 1);
    const wall = ofTask.reduce((sum, index) => sum + wallOf(index), 0);
    return [
      { stage: 'scan', calls: 20, wall_s: near(wall) },
      { stage: 'scan.decode', calls: 60 - 2, wall_s: near(wall * 0.75) },
    ];
  },
  'Memory that grows along the order of the inputs': () => [
    {
      array_task: '1',
      pid: 100,
      inputs: 20,
      kb_per_input: near(0),
      explained: expect.toSatisfy((r2) => r2 === null || r2 === 1),
    },
    { array_task: '2', pid: 101, inputs: 20, kb_per_input: near(128), explained: near(1) },
  ],
  'Two runs over the same inputs': () =>
    ['scan', 'scan.decode'].map((stage) => ({
      stage,
      inputs: INPUTS,
      base_s: near(stageOf(stage).wall_s! / 2),
      new_s: near(stageOf(stage).wall_s),
      median_ratio: near(2),
      ratio: near(2),
    })),
};

describe('the recipes of docs/analysis.md', () => {
  test('are all checked here', () => {
    expect(questions.map(({ heading }) => heading)).toEqual(Object.keys(EXPECTED));
    expect(questions.every((recipe) => recipe.python !== undefined)).toBe(true);
  });

  describe.each(questions)('$heading', (recipe) => {
    test.skipIf(python === undefined)('with pandas', () => {
      expect(byPandas(recipe)).toEqual(EXPECTED[recipe.heading]!());
    });
    test('with DuckDB', async () => {
      expect(await byDuckDb(recipe)).toEqual(EXPECTED[recipe.heading]!());
    });
  });

  test('are right for the records of a real pipeline', async () => {
    const callsOf = (rows: readonly Row[]) => rows.find(({ stage }) => stage === 'extract')?.calls;
    expect(callsOf(await byDuckDb(questions[0]!, join(folder, REAL)))).toBe(filesFound);
    if (python !== undefined) expect(callsOf(byPandas(questions[0]!, join(folder, REAL)))).toBe(filesFound);
  });

  test.skipIf(python === undefined)('have one row a record and stage, in both forms', async () => {
    const program = `${tables!.python}\nprint(len(records), int(stages['calls'].sum()))`;
    const printed = execFileSync(python!, ['-c', program], { cwd: folder, encoding: 'utf8' });
    const calls = stageOf('scan').calls + stageOf('scan.decode').calls;
    expect(printed.trim().split('\n').at(-1)).toBe(`${INPUTS + 1} ${calls}`);
    const counts = 'SELECT (SELECT count(*) FROM records) AS records, (SELECT sum(calls) FROM stages) AS calls';
    expect(await byDuckDb({ sql: counts })).toEqual([{ records: INPUTS + 1, calls }]);
  });
});

test('every flag that the page names exists', () => {
  const help = execFileSync(process.execPath, [MAIN, 'summarize', '--help'], { encoding: 'utf8' });
  const flags = [...text.matchAll(/stageprof summarize [^`\n]*?(--[a-z]+)/g)].map(([, flag]) => flag!);
  expect(flags.length).toBeGreaterThan(2);
  for (const flag of flags) expect(help).toContain(flag);
});

import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { StageProfiler } from '../../src/profiler/stage-profiler.js';
import { gatherReports } from '../../src/run/gathered-reports.js';
import { report, row } from '../support/report-fixture.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

function put(name: string, content: unknown): void {
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
}

const withStage = (stage: string) => report({ stages: [row(stage, { calls: 1 })] });

test('reports are merged in the order in which their processes started', () => {
  put('9-1000.json', withStage('first'));
  put('1-3000.json', withStage('third'));
  put('2-2000.json', withStage('second'));
  const gathered = gatherReports([folder], 9);
  expect(gathered.report).toMatchObject({ processes: 3, total_wall_s: 10, stages_wall_s: 27 });
  expect(gathered.report.stages.map(({ stage }) => stage)).toEqual(['first', 'second', 'third']);
  expect(gathered.program?.stages[0]?.stage).toBe('first');
  expect(gathered).toMatchObject({ lost: 0, skipped: [] });
});

test('where a process id was reused, the first process with it is the program', () => {
  put('9-1000.json', withStage('program'));
  put('9-2000.json', withStage('child'));
  expect(gatherReports([folder], 9).program?.stages[0]?.stage).toBe('program');
});

test('an empty folder gives an empty report', () => {
  expect(gatherReports([folder], 9)).toMatchObject({
    report: { processes: 0, stages: [], rss_kb_peak: null, warnings: [] },
    program: undefined,
    lost: 0,
  });
});

test('an empty file stands for a process that was killed', () => {
  put('9-1000.json', '');
  put('8-1000.json', withStage('a'));
  put('7-1000.json.part', '{"schema":');
  const { report: merged, lost, program } = gatherReports([folder], 9);
  expect({ lost, program }).toEqual({ lost: 1, program: undefined });
  expect(merged).toMatchObject({ processes: 1, warnings: ['node processes that left no report: 1'] });
});

describe('a process that leaves a recorder', () => {
  function record(name: string, work: (profiler: StageProfiler) => void): void {
    const profiler = new StageProfiler({ recorder: { path: join(folder, `${name}.recorder`), keep: true } });
    work(profiler);
  }

  test('has its report made from that, with what the stages have cost', () => {
    record('9-1000', (profiler) => {
      profiler.stage('recorded').end();
      profiler.close();
    });
    const { report: merged, program, recovered, lost } = gatherReports([folder], 9);
    expect({ recovered, lost }).toEqual({ recovered: 0, lost: 0 });
    expect(merged).toMatchObject({
      processes: 1,
      stages: [{ stage: 'recorded', calls: 1 }],
      overhead_s: expect.any(Number),
    });
    expect(merged.overhead_s).toBeGreaterThan(0);
    expect(program).toMatchObject({ stages: [{ stage: 'recorded' }] });
    expect(merged.partial).toBeUndefined();
  });

  test('and has not ended, has a report up to the last reading', () => {
    record('9-1000', (profiler) => {
      profiler.stage('open');
    });
    const { report: merged, recovered } = gatherReports([folder], 9);
    expect(recovered).toBe(1);
    expect(merged).toMatchObject({ stages: [{ stage: 'open', open: 1 }], partial: true });
  });

  test('that cannot be read, and no report of its own, counts as lost', () => {
    put('8-1000.recorder', 'damaged');
    expect(gatherReports([folder], 9)).toMatchObject({ lost: 1, report: { processes: 0 } });
  });

  test('and a report of its own, has its own report', () => {
    record('9-1000', (profiler) => {
      profiler.stage('recorded').end();
      profiler.close();
    });
    put('9-1000.json', withStage('written'));
    expect(gatherReports([folder], 9).report.stages.map(({ stage }) => stage)).toEqual(['written']);
  });

  test('and opens no stage, is left out unless it is the program itself', () => {
    record('9-1000', (profiler) => profiler.close());
    record('8-1000', (profiler) => profiler.close());
    const { report: merged, program } = gatherReports([folder], 9);
    expect(merged.processes).toBe(1);
    expect(program).toMatchObject({ stages: [], rss_kb_peak: expect.any(Number) });
  });
});

describe('a file that cannot be read as a report is left out with one line', () => {
  const good = withStage('good');
  const hostile: Record<string, unknown> = {
    torn: '{"schema":"stageprof/1","total_wall_s":1',
    'not JSON': 'hello\n',
    'not an object': [1, 2],
    null: null,
    'another schema': { ...good, schema: 'stageprof/9' },
    'a number that is text': { ...good, total_wall_s: '1' },
    'rows that are none': { ...good, stages: [null] },
    'a null slurm': { ...good, slurm: null },
  };

  test.each(Object.keys(hostile))('%s', (name) => {
    put('1-1000.json', hostile[name]);
    put('2-2000.json', good);
    const { report: merged, skipped } = gatherReports([folder], 2);
    expect(skipped).toEqual([expect.stringMatching(/^1-1000: the report of process 1 is left out, ./)]);
    expect(merged).toMatchObject({
      processes: 1,
      stages: [{ stage: 'good', calls: 1 }],
      warnings: ['reports of node processes that could not be read: 1'],
    });
  });

  test('a link, a folder, a pipe, and one that is too large', () => {
    put('elsewhere', good);
    symlinkSync(join(folder, 'elsewhere'), join(folder, '1-1000.json'));
    mkdirSync(join(folder, '2-1000.json'));
    execFileSync('mkfifo', [join(folder, '3-1000.json')]);
    put('4-1000.json', '');
    truncateSync(join(folder, '4-1000.json'), 2 ** 40);
    const { report: merged, skipped, lost } = gatherReports([folder], 1);
    expect(skipped.map((line) => line.slice(0, 7))).toEqual(['1-1000:', '2-1000:', '3-1000:', '4-1000:']);
    expect({ lost, processes: merged.processes }).toEqual({ lost: 0, processes: 0 });
  });
});

test('a recorder that had no room in the first folder is found in the next one, with one warning', () => {
  const folders = ['stageprof-run-a', 'stageprof-run-b'].map((name) => join(temporaryFolder(), name));
  const [first, second] = folders as [string, string];
  for (const path of folders) mkdirSync(path);
  for (const pid of [8, 9]) {
    const profiler = new StageProfiler({ recorder: { path: join(second, `${pid}-1000.recorder`), keep: true } });
    profiler.stage('recorded').end();
    profiler.close();
  }
  // A recorder that could not be removed when it moved on.
  writeFileSync(join(first, '9-1000.recorder'), 'torn');
  writeFileSync(join(second, '7-900.json'), JSON.stringify(withStage('in the second')));
  const { report: merged, lost } = gatherReports(folders, 9);
  expect(merged.stages.map(({ stage, calls }) => [stage, calls])).toEqual([
    ['in the second', 1],
    ['recorded', 2],
  ]);
  expect(merged.warnings).toContain(`recorders in another folder, no room in ${dirname(first)}: 2`);
  expect(lost).toBe(0);
});

test('the number of processes in a report is not believed', () => {
  put('1-1000.json', { ...withStage('a'), processes: 1000 });
  expect(gatherReports([folder], 1).report.processes).toBe(1);
});

test('a folder that the program has removed is named, and nothing else is lost', () => {
  const { report, skipped, program } = gatherReports(['/nonexistent/stageprof-run'], 9);
  expect(skipped).toEqual([expect.stringMatching(/the reports are gone, /)]);
  expect([report.stages, report.processes, program]).toEqual([[], 0, undefined]);
});

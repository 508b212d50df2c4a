import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writePprof } from '../../src/stacks/pprof-writer.js';
import { readPage } from '../support/read-page.js';
import { report, row } from '../support/report-fixture.js';
import { runCli } from '../support/run-cli.js';
import { jsFrame, liveProfile, sampledProfile } from '../support/stack-profile.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const MIB = 2 ** 20;

interface Side {
  readonly records: number;
  readonly failed?: number;
  readonly areRuns?: boolean;
  /** Whether the side is the report of a single run. */
  readonly isReport?: boolean;
}

function recordsOf({ records, failed = 0, areRuns = true, isReport = false }: Side): string {
  const profile = report({ stages: [row('scan', { calls: 1, wall_s: 1 })] });
  if (isReport) return JSON.stringify(profile);
  const lines = Array.from({ length: records }, (_, index) =>
    JSON.stringify({
      ...(areRuns ? { run: index + 1 } : { input: `page ${index}` }),
      ...(index < failed ? { error: { kind: 'exception' } } : {}),
      profile,
    }),
  );
  return `${lines.join('\n')}\n`;
}

/** Compares sides whose every good record has the same stacks. */
async function compared(base: Side, next: Side, kind: 'cpu' | 'live' = 'cpu') {
  const cwd = temporaryFolder();
  const names = [];
  for (const [name, side] of [
    ['base', base],
    ['new', next],
  ] as const) {
    const file = `${name}.json${side.isReport ? '' : 'l'}`;
    const good = side.records - (side.failed ?? 0);
    const profile =
      kind === 'cpu'
        ? sampledProfile([['scan', [jsFrame('read', 10)], 100 * good]])
        : liveProfile([['scan', [{ kind: 'native', name: 'hold', module: '/a.so' }], 40 * MIB * good, 4 * good]]);
    writeFileSync(join(cwd, file), recordsOf(side));
    writeFileSync(join(cwd, `${name}.stacks.pb.gz`), await writePprof(profile));
    names.push(file);
  }
  const { stdout } = await runCli(['compare', ...names, '--full'], { cwd });
  const { stdout: json } = await runCli(['compare', ...names, '--format', 'json', '--html', 'page.html'], { cwd });
  return {
    lines: stdout.split('\n').filter((line) => /^(cpu|live|stacks) /.test(line)),
    stacks: JSON.parse(json).stacks,
    flame: readPage(join(cwd, 'page.html')).flame,
  };
}

describe('stacks, which are totals,', () => {
  test.each<[string, Side, Side, 'cpu' | 'live', string]>([
    ['runs', { records: 5 }, { records: 6 }, 'cpu', '5 runs in base and 6 runs in new'],
    ['runs with native stacks', { records: 6 }, { records: 5 }, 'live', '6 runs in base and 5 runs in new'],
    [
      'good inputs',
      { records: 20, areRuns: false },
      { records: 20, areRuns: false, failed: 8 },
      'cpu',
      '20 records in base and 12 records in new',
    ],
    [
      'runs, one of them in a report,',
      { records: 1, isReport: true },
      { records: 3 },
      'cpu',
      '1 run in base and 3 records in new',
    ],
  ])('are not compared where the sides have other numbers of %s', async (_, base, next, kind, totals) => {
    const { lines, stacks, flame } = await compared(base, next, kind);
    expect(lines).toEqual([expect.stringMatching(`^stacks +are totals of ${totals}: not compared$`)]);
    expect(stacks).toEqual({ compared: 0, changed: null, live: null });
    expect(flame).toBeNull();
  });

  test('are compared where both sides have as many runs, and the number of runs is told', async () => {
    const { lines, stacks, flame } = await compared({ records: 5 }, { records: 5 });
    expect(lines).toEqual([expect.stringMatching(/^stacks +0 of 1 function .*; amounts are of all 5 runs together$/)]);
    expect(stacks).toEqual({ compared: 1, changed: [], live: null });
    expect(flame).not.toBeNull();
    const native = await compared({ records: 5 }, { records: 5 }, 'live');
    expect(native.lines).toEqual([
      expect.stringMatching(/^stacks +no stack holds .*; amounts are of all 5 runs together$/),
    ]);
  });

  test('are those of a single run where each side is one', async () => {
    const one = { records: 1, isReport: true };
    expect((await compared(one, one)).lines).toEqual([expect.stringMatching(/^stacks +0 of 1 .*\(Holm\)$/)]);
  });

  test('are compared although one input of two hundred failed', async () => {
    const of = (failed: number) => ({ records: 200, areRuns: false, failed });
    const { lines, stacks } = await compared(of(0), of(1));
    expect(stacks.compared).toBe(1);
    expect(lines.at(-1)).toMatch(/; stacks are of all inputs, also of those left out$/);
  });

  test('are not compared where only some files of a side have stacks', async () => {
    const cwd = temporaryFolder();
    for (const name of ['base-1', 'base-2', 'new-1', 'new-2']) {
      writeFileSync(join(cwd, `${name}.json`), recordsOf({ records: 1, isReport: true }));
      if (name === 'base-2') continue;
      const profile = sampledProfile([['scan', [jsFrame('read', 10)], 100]]);
      writeFileSync(join(cwd, `${name}.stacks.pb.gz`), await writePprof(profile));
    }
    const { stdout, lines, exitCode } = await runCli(['compare', 'base-*.json', 'new-*.json', '--full'], { cwd });
    expect(exitCode).toBe(0);
    expect(lines).toEqual([
      'stageprof: base-*.json: only 1 of 2 files have stacks beside them: stacks are not compared',
    ]);
    expect(stdout).not.toMatch(/^(cpu|stacks) /m);
  });
});

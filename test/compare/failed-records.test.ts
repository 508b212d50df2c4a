import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { report, row } from '../support/report-fixture.js';
import { runCli } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Ten inputs of one second each, the first so many of which failed. */
function recordsOf(failed: number): string {
  const lines = Array.from({ length: 10 }, (_, index) =>
    JSON.stringify({
      input: `page ${index}`,
      ...(index < failed ? { error: { kind: 'exception' } } : {}),
      profile: report({ stages: [row('scan', { calls: 1, wall_s: 1 })] }),
    }),
  );
  return `${lines.join('\n')}\n`;
}

/** The folder has `all` and `some.jsonl`, of which some records failed, and the report of each. */
async function folderOfBoth(): Promise<string> {
  const cwd = temporaryFolder();
  for (const [name, failed] of [
    ['all', 0],
    ['some', 3],
  ] as const) {
    writeFileSync(join(cwd, `${name}.jsonl`), recordsOf(failed));
    const { stdout } = await runCli(['summarize', `${name}.jsonl`, '--format', 'json'], { cwd });
    writeFileSync(join(cwd, `${name}.json`), stdout);
  }
  return cwd;
}

describe('failed records, which are in a report and left out of records,', () => {
  test.each([
    ['some.json', 'some.jsonl', 'base', 'new'],
    ['some.jsonl', 'some.json', 'new', 'base'],
    ['all.json', 'some.jsonl', 'base', 'new'],
    ['some.json', 'all.jsonl', 'base', 'new'],
  ])('are told where %s is compared with %s', async (base, next, ofReport, ofRecords) => {
    const { stdout } = await runCli(['compare', base, next, '--full'], { cwd: await folderOfBoth() });
    expect(stdout.match(/^records .*$/gm)).toEqual([
      expect.stringMatching(
        `that failed are in the sums of ${ofReport}, which is a report, and left out of ${ofRecords}: that is part of the change$`,
      ),
    ]);
  });

  test.each([
    ['all.json', 'all.jsonl'],
    ['some.jsonl', 'all.jsonl'],
    ['some.json', 'some.json'],
  ])('are not spoken of where %s is compared with %s', async (base, next) => {
    const { stdout } = await runCli(['compare', base, next, '--full'], { cwd: await folderOfBoth() });
    expect(stdout).not.toMatch(/^records /m);
  });
});

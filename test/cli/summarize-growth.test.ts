import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { report, row } from '../support/report-fixture.js';
import { runCli } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

describe('growth from input to input', () => {
  const write = (cwd: string, name: string, rssOf: (nth: number) => number) => {
    const stages = (nth: number) => [
      row('scan', { calls: 1, wall_s: 1, rss_kb_delta: rssOf(nth) - rssOf(nth - 1) }),
      row('scan.keep', { calls: 1, wall_s: 0.5, rss_kb_delta: rssOf(nth) - rssOf(nth - 1) }),
      row('scan.other', { calls: 1, wall_s: 0.5, rss_kb_delta: 3 }),
    ];
    const records = Array.from({ length: 100 }, (_, index) => ({
      input: `${index}`,
      profile: report({ process_inputs: index + 1, rss_kb_now: rssOf(index + 1), stages: stages(index + 1) }),
    }));
    // Not in the order in which they were done.
    const lines = records.map((record) => `${JSON.stringify(record)}\n`).sort();
    writeFileSync(join(cwd, name), lines.join(''));
  };
  const folder = () => {
    const cwd = temporaryFolder();
    write(cwd, 'leak.jsonl', (nth) => 100_000 + 2048 * nth);
    write(cwd, 'cache.jsonl', (nth) => 100_000 + (nth > 40 ? 204_800 : 0));
    return cwd;
  };

  test.each(['table', 'markdown'])(
    'is a line below the %s, with the innermost stage that has most of it',
    async (format) => {
      const cwd = folder();
      const { stdout } = await runCli(['summarize', 'leak.jsonl', '--format', format], {
        cwd,
        env: { COLUMNS: '200' },
      });
      expect(stdout).toContain(
        '\nresident memory grows +2.00 MiB an input, which explains 100.0% of its change (100 inputs of 1 process); most of it while scan.keep was open\n',
      );
      const { stdout: narrow } = await runCli(['summarize', 'leak.jsonl'], { cwd, env: { COLUMNS: '80' } });
      expect(Math.max(...narrow.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
      const { stdout: ofCache } = await runCli(['summarize', 'cache.jsonl', '--format', format], { cwd });
      expect(ofCache).not.toContain('an input');
    },
  );

  test('is a member of the JSON, whether or not it goes on', async () => {
    const cwd = folder();
    const growthOf = async (file: string) =>
      JSON.parse((await runCli(['summarize', file, '--format', 'json'], { cwd })).stdout).growth_per_input;
    expect(await growthOf('leak.jsonl')).toEqual({
      inputs: 100,
      processes: 1,
      kb_per_input: 2048,
      explained: 1,
      later_kb_per_input: 2048,
      later_explained: 1,
      goes_on: true,
    });
    const ofCache = await growthOf('cache.jsonl');
    expect(ofCache).toMatchObject({ goes_on: false });
    expect(ofCache.kb_per_input).toBeGreaterThan(1000);
  });
});

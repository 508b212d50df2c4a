import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { report, row } from '../support/report-fixture.js';
import { runCli } from '../support/run-cli.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Ten inputs of two stages: `scan` costs what `factor` says, `seldom` has a number in the first `measured` alone. */
function recordsOf(factor: number, measured: number): string {
  const lines = Array.from({ length: 10 }, (_, index) => {
    const stages = [
      row('seldom', { cpu_s: index < measured ? 1 : null }),
      row('scan', { cpu_s: (1 + (index % 3)) * factor * (1 + 0.01 * Math.sin(index * factor)) }),
    ];
    return JSON.stringify({ input: `page ${index}`, profile: report({ stages }) });
  });
  return `${lines.join('\n')}\n`;
}

test.each([
  ['base', 1, 10],
  ['new', 10, 1],
  ['both', 1, 1],
])('a number that one record of %s has leaves the other labels their verdicts', async (_, ofBase, ofNew) => {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'base.jsonl'), recordsOf(1, ofBase));
  writeFileSync(join(cwd, 'new.jsonl'), recordsOf(1.5, ofNew));
  const args = ['compare', 'base.jsonl', 'new.jsonl', '--format', 'json', '--metric', 'cpu_s'];
  const { exitCode, stdout, lines } = await runCli([...args, '--fail-on', 'cpu_s>10%'], { cwd });
  expect(exitCode).toBe(1);
  expect(lines).toEqual([expect.stringMatching(/^stageprof: --fail-on cpu_s>10%: scan: .*significant among 1\)$/)]);
  expect(JSON.parse(stdout).comparisons).toMatchObject([
    { stage: 'scan', verdict: 'up' },
    {
      stage: 'seldom',
      verdict: null,
      difference: { value: 0, low: null, probability: null },
      why_no_interval: '1 input with the number: 5 are needed',
    },
  ]);
});

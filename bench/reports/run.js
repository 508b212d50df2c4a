// node bench/reports/run.js [--only WORD] [--write]
// Runs the program of each public report under `stageprof run` with its real packages, which npm installs into a temporary
// folder without their scripts. Prints a row for each; --write writes docs/reports.md. Needs the built package and npm.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { REPORTS } from './table.js';
import { failureOf, root, runProfiled, withPackages } from './with-packages.js';

const { findingsOf } = await import(pathToFileURL(join(root, 'dist', 'index.js')).href);
const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, write: { type: 'boolean', default: false } },
});
/** Below, the report does not show on this machine with these versions. */
const GROWTH_KIB = 64 * 1024;

const rows = [];
for (const one of REPORTS) {
  if (!`${one.link} ${one.program}`.includes(values.only)) continue;
  const row = { ...one, ...tried(one) };
  rows.push(row);
  process.stdout.write(`${row.verdict.padEnd(14)} ${one.link}: ${row.told || row.reason}\n`);
}
if (values.write) writeFileSync(join(root, 'docs', 'reports.md'), page(rows));

function tried(one) {
  const program = new URL(`programs/${one.program}.mjs`, import.meta.url);
  const { failed, result } = withPackages({ packages: one.packages, program }, (folder) => {
    const reason = failureOf(runProfiled(folder));
    if (reason !== null) return { verdict: 'not run', told: '', reason };
    return verdictOn(one, JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')));
  });
  return result ?? { verdict: 'not run', told: '', reason: failed };
}

/** Only findings about what grows count; where the time goes is not in question. */
function verdictOn({ right, wrong }, report) {
  const found = findingsOf(report);
  const about = found.filter(
    ({ kind }) => right.includes(kind) || wrong.includes(kind) || kind === 'unexplained-growth',
  );
  const told = about.map(({ kind, text }) => `${kind}: ${text}`).join('; ');
  const kinds = new Set(about.map(({ kind }) => kind));
  if (wrong.some((kind) => kinds.has(kind))) return { verdict: 'wrong', told };
  if (right.some((kind) => kinds.has(kind))) return { verdict: 'right', told };
  const grownKib = report.stages.reduce((most, { rss_kb_delta }) => Math.max(most, rss_kb_delta ?? 0), 0);
  if (grownKib < GROWTH_KIB)
    return { verdict: 'no growth', told: '', reason: `the resident set grew by ${Math.round(grownKib / 1024)} MiB` };
  return {
    verdict: kinds.size > 0 ? 'unexplained' : 'silent',
    told,
    reason: `grew by ${Math.round(grownKib / 1024)} MiB, and nothing is told`,
  };
}

function page(all) {
  const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const count = (verdict) => all.filter((row) => row.verdict === verdict).length;
  const verdicts = [...new Set(all.map(({ verdict }) => verdict))].map((verdict) => `${count(verdict)} ${verdict}`);
  return [
    '# Public reports',
    '',
    'What does the profiler tell of memory problems that people have reported in public? `node bench/reports/run.js --write` installs',
    'the packages of each report, runs a small program that does the same under `stageprof run`, and writes this page.',
    '',
    '- `right`: a finding has a kind that leads to the cause; its amount and its words are not judged. `wrong`: one has a kind that',
    '  leads away from it.',
    '- `unexplained`: it is told that nobody is known to hold the growth. `silent`: nothing is told about it.',
    '- `no growth`: the resident set grew by less than 64 MiB with the versions of today. `not run`: the reason is in the row.',
    '',
    `Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}, ${all.length} reports: ${verdicts.join(', ')}.`,
    '',
    '| report | packages | who holds the memory | what was told | verdict |',
    '| --- | --- | --- | --- | --- |',
    ...all.map(
      ({ link, packages, truth, told, reason, verdict }) =>
        `| [${link.replace('https://github.com/', '').replace(/\/(issues|pull)\//, '#')}](${link}) | ${packages.map((name) => `\`${name}\``).join(', ') || 'none'} | ${truth} | ${cell(told || reason)} | ${verdict} |`,
    ),
    '',
  ].join('\n');
}

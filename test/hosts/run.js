// node test/hosts/run.js [--nodes 20,22,24,26] [--only WORD] [--jobs N]
// Runs every host of the table alone and under the profiler. Prints a line for each host, and below it what differs.
// Needs the built package. Exits with 1 if anything differs. Packages stay in a temporary folder for the next run.
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { nodeOf, root } from '../support/node-lines.js';
import { HOSTS } from './table.js';
import { tryHost } from './trial.js';

const OWN_LINE = process.versions.node.split('.')[0];

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: OWN_LINE },
    only: { type: 'string', default: '' },
    jobs: { type: 'string', default: '2' },
  },
});

const say = (line) => process.stdout.write(`${line}\n`);

const counts = { passed: 0, failed: 0, skipped: 0 };
const hosts = HOSTS.filter(({ name }) => name.includes(values.only));
const folder = mkdtempSync(join(tmpdir(), 'stageprof-hosts-'));
// Some hosts run as another user.
chmodSync(folder, 0o755);
try {
  for (const line of values.nodes.split(',')) {
    const node = line === OWN_LINE ? process.execPath : nodeOf(line);
    const left = hosts.entries();
    // All jobs share one iterator, so each takes the next host that is left.
    const job = async () => {
      for (const [index, host] of left) await tell(host, { node, line, base: join(folder, `${line}-${index}`) });
    };
    await Promise.all(Array.from({ length: Number(values.jobs) }, job));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
say(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
if (counts.failed > 0) process.exitCode = 1;

async function tell(host, settings) {
  const began = performance.now();
  mkdirSync(settings.base);
  const { skipped, differences } = await tryHost(host, { ...settings, root });
  rmSync(settings.base, { recursive: true, force: true });
  const name = `Node ${settings.line}, ${host.name}`;
  if (skipped !== undefined) {
    counts.skipped++;
    say(`skip   ${name}: ${skipped}`);
    return;
  }
  const failed = differences.length > 0;
  counts[failed ? 'failed' : 'passed']++;
  say(`${failed ? 'FAILED' : 'ok    '} ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  for (const difference of differences) say(`         ${difference}`);
}
